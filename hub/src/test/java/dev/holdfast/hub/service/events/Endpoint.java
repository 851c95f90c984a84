package dev.holdfast.hub.service.events;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.base.DeviceId;
import dev.holdfast.base.HubName;
import dev.holdfast.base.Limits;
import dev.holdfast.base.Live;
import dev.holdfast.hub.Hub;
import dev.holdfast.hub.HubDirectory;
import dev.holdfast.hub.HubSettings;
import dev.holdfast.hub.MemoryTable;
import dev.holdfast.hub.NobodyAsked;
import dev.holdfast.hub.amqp.HubAmqpFace;
import dev.holdfast.hub.command.Feedback;
import dev.holdfast.hub.command.Messages;
import dev.holdfast.hub.command.Methods;
import dev.holdfast.hub.device.amqp.DevicesPart;
import dev.holdfast.hub.event.HubEvents;
import dev.holdfast.hub.fault.FaultOrders;
import dev.holdfast.hub.identity.AuthenticationMethod;
import dev.holdfast.hub.identity.Authenticator;
import dev.holdfast.hub.identity.DeniedCertificates;
import dev.holdfast.hub.identity.Identity;
import dev.holdfast.hub.identity.Registry;
import dev.holdfast.hub.identity.SharedAccessPolicy;
import dev.holdfast.hub.link.DeviceLinks;
import dev.holdfast.hub.telemetry.Intake;
import dev.holdfast.hub.telemetry.SendTelemetry;
import dev.holdfast.hub.telemetry.Stamp;
import dev.holdfast.hub.telemetry.StoredMessage;
import dev.holdfast.hub.telemetry.SystemProperty;
import dev.holdfast.hub.telemetry.TelemetryMessage;
import dev.holdfast.hub.telemetry.TelemetryResult;
import dev.holdfast.hub.throttle.Gate;
import dev.holdfast.hub.twin.Twins;
import dev.holdfast.testkit.TestClock;
import dev.holdfast.tls.peer.Handshake;
import dev.holdfast.tls.peer.PeerIdentity;
import dev.holdfast.tls.policy.NamedPolicies;
import dev.holdfast.tls.report.DeviceConnected;
import dev.holdfast.tls.report.Report;
import dev.holdfast.wire.Connection;
import dev.holdfast.wire.Mount;
import dev.holdfast.wire.amqp.AmqpClient;
import dev.holdfast.wire.amqp.AmqpMessage;
import dev.holdfast.wire.amqp.AmqpServer;
import dev.holdfast.wire.amqp.ClientSasl;
import dev.holdfast.wire.amqp.IncomingLink;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;

/** The endpoint of two hubs on a plain loopback socket; 127.0.0.1 means hub1, as it does for real. */
public final class Endpoint implements AutoCloseable {
    static final List<String> GROUPS = List.of("analysis");

    public final TestClock clock = new TestClock(Instant.parse("2026-12-01T12:00:00Z"));
    public final ConcurrentSkipListMap<HubName, Hub> hubs = new ConcurrentSkipListMap<>();
    public final List<DeviceConnected> connected = Collections.synchronizedList(new ArrayList<>());
    public final List<Report> reports = Collections.synchronizedList(new ArrayList<>());
    public final Limits limits;
    public final Hub hub1;
    public final Hub hub2;
    volatile boolean showedCertificate;
    private final MemoryTable table = new MemoryTable();
    private final MultiThreadIoEventLoopGroup loops = new MultiThreadIoEventLoopGroup(2, NioIoHandler.newFactory());
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private final AmqpServer server;
    private final Channel listener;

    public Endpoint() {
        this(quick());
    }

    public Endpoint(Limits limits) {
        this.limits = limits;
        hub1 = create("hub1");
        hub2 = create("hub2");
        HubAmqpFace face = new HubAmqpFace(
                directory(),
                limits,
                clock,
                reports::add,
                List.of(
                        new EventsPart(directory(), limits, clock, threads),
                        new DevicesPart(directory(), limits, clock, threads, connected::add)));
        server = new AmqpServer(List.of(face), limits, _ -> showedCertificate, (_, refusal) -> {
            Report report = new Report(
                    clock.instant(),
                    "amqp",
                    address(),
                    new java.util.UUID(0, 0),
                    null,
                    null,
                    refusal.reason(),
                    refusal.explain());
            reports.add(report);
            return report.id();
        });
        listener = new ServerBootstrap()
                .group(loops)
                .channel(NioServerSocketChannel.class)
                .childHandler(new ChannelInitializer<SocketChannel>() {
                    @Override
                    protected void initChannel(SocketChannel channel) {
                        Connection connection =
                                Connection.accept(channel, "amqp", channel.remoteAddress(), clock.instant());
                        connection.learn(
                                Handshake.class,
                                new Handshake(
                                        "TLSv1.3",
                                        "TLS_AES_128_GCM_SHA256",
                                        null,
                                        false,
                                        new PeerIdentity.Anonymous()));
                        server.mount(connection);
                    }
                })
                .bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
                .syncUninterruptibly()
                .channel();
    }

    private static InetSocketAddress address() {
        return new InetSocketAddress(InetAddress.getLoopbackAddress(), 1);
    }

    /** The usual limits, looked at more often. */
    static Limits quick() {
        Limits usual = Limits.defaults();
        Limits.Amqp amqp = usual.amqp();
        return usual.with(new Limits.Amqp(
                amqp.saslFrameMaxBytes(),
                amqp.frameMaxBytes(),
                amqp.messageMaxBytes(),
                amqp.requestMaxBytes(),
                amqp.receivingMaxBytes(),
                amqp.sessionsMax(),
                amqp.linksMax(),
                amqp.requestsMax(),
                6,
                amqp.creditMax(),
                amqp.readAheadMaxBytes(),
                amqp.readersMax(),
                amqp.idleMaxTime(),
                Duration.ofSeconds(2),
                Duration.ofMillis(20),
                amqp.devices()));
    }

    Hub create(String name) {
        HubName hubName = new HubName(name);
        TimedLog log = new TimedLog(4, clock);
        String hostName = name + ".hub.test";
        Live<HubSettings> settings = new Live<>(new HubSettings(
                hubName, hostName, 4, 1, SharedAccessPolicy.standard(new SecureRandom()), GROUPS, clock.instant()));
        Registry registry = new Registry(table, hubName, clock, new SecureRandom(), limits.registry(), _ -> {});
        DeniedCertificates denied = new DeniedCertificates(table, hubName, clock, limits.certificates(), _ -> {});
        Authenticator authenticator = new Authenticator(
                settings,
                registry,
                denied,
                NobodyAsked.in(table, hubName, clock),
                host -> leadsTo(hubName, host),
                clock,
                limits);
        DeviceLinks links = new DeviceLinks();
        Feedback feedback =
                new Feedback(table, hubName, registry, clock, limits.message().feedback());
        FaultOrders faults = new FaultOrders(true, clock, limits.telemetry().faults());
        Intake intake = new Intake(log, limits.telemetry(), faults);
        Hub hub = new Hub(
                hubName,
                settings,
                new Live<>(NamedPolicies.standard()),
                registry,
                denied,
                NobodyAsked.in(table, hubName, clock),
                authenticator,
                links,
                new Twins(table, hubName, registry, links, clock, new SecureRandom(), limits.twin()),
                new Methods(registry, links, limits.method()),
                new Messages(table, hubName, registry, links, feedback, clock, limits.message()),
                feedback,
                intake,
                faults,
                new HubEvents(table, hubName, () -> settings.get().events(), intake, clock),
                Gate.open(),
                table,
                log,
                true);
        hubs.put(hubName, hub);
        return hub;
    }

    private static boolean leadsTo(HubName hub, String host) {
        return host.equals(hub + ".hub.test")
                || (host.equals("127.0.0.1") && hub.value().equals("hub1"));
    }

    private HubDirectory directory() {
        return new HubDirectory() {
            @Override
            public Optional<Hub> byHostName(String hostName) {
                return hubs.values().stream()
                        .filter(hub -> leadsTo(hub.name(), hostName))
                        .findFirst();
            }

            @Override
            public Optional<Hub> byName(HubName name) {
                return Optional.ofNullable(hubs.get(name));
            }

            @Override
            public List<Hub> all() {
                return List.copyOf(hubs.values());
            }
        };
    }

    static TimedLog log(Hub hub) {
        return (TimedLog) hub.log();
    }

    /** Lets the log of a hub take no more than it has, until {@link #storeHeld}. */
    public static void crowd(Hub hub) {
        log(hub).crowd();
    }

    /** Makes the oldest message durable that the log was given since; false when there is none. */
    public static boolean storeHeld(Hub hub) {
        return log(hub).storeHeld();
    }

    /** How many messages waited in the log at the same time. */
    public static int mostHeld(Hub hub) {
        return log(hub).mostHeld();
    }

    /** The messages in a hub's log, partition by partition. */
    public static List<StoredMessage> telemetry(Hub hub) {
        List<StoredMessage> messages = new ArrayList<>();
        for (int partition = 0; partition < hub.log().partitions(); partition++) {
            hub.log().read(partition, 0, Integer.MAX_VALUE).forEach(entry -> messages.add(StoredMessage.of(entry)));
        }
        return messages;
    }

    /** For another listener than its own. */
    Mount mount() {
        return server;
    }

    int port() {
        return ((InetSocketAddress) listener.localAddress()).getPort();
    }

    /** Appends a message of a device to a partition. */
    void append(Hub hub, int partition, String body) {
        append(hub, partition, body.getBytes(StandardCharsets.UTF_8), Map.of(), Map.of());
    }

    void append(
            Hub hub, int partition, byte[] body, Map<SystemProperty, String> system, Map<String, String> properties) {
        // The record format is the intake's own, so the message goes through one.
        TimedLog log = new TimedLog(1, clock);
        Stamp stamp = new Stamp(
                Identity.of(new DeviceId("dev1")),
                "gen1",
                new AuthenticationMethod("device", "sas", "iothub"),
                "dtmi:test;1");
        new Intake(log, limits.telemetry(), FaultOrders.none())
                .take(
                        new SendTelemetry(stamp, new TelemetryMessage(body, system, properties)),
                        result -> assertThat(result).isInstanceOf(TelemetryResult.Stored.class));
        hub.log()
                .append(
                        partition,
                        log.read(0, 0, Integer.MAX_VALUE).getFirst().record(),
                        new dev.holdfast.store.Log.Appended() {
                            @Override
                            public void stored(long offset, Instant time) {}

                            @Override
                            public void failed(dev.holdfast.store.StoreException why) {
                                throw why;
                            }
                        });
    }

    static SharedAccessPolicy policy(Hub hub, String name) {
        return hub.settings().get().policy(name).orElseThrow();
    }

    /** A token as Event Hubs clients sign it, good for an hour. */
    String token(Hub hub, String policy, String resource) {
        return sign(
                resource,
                policy(hub, policy).keys().primary().base64().getBytes(StandardCharsets.UTF_8),
                "&skn=" + policy);
    }

    /** A token as IoT clients sign it. */
    public String iotToken(Hub hub, String policy, String resource) {
        return sign(resource, policy(hub, policy).keys().primary().bytes(), "&skn=" + policy);
    }

    public String sign(String resource, byte[] key, String end) {
        try {
            String sr = URLEncoder.encode(resource, StandardCharsets.UTF_8);
            long se = clock.instant().plus(Duration.ofHours(1)).getEpochSecond();
            Mac mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(key, "HmacSHA256"));
            byte[] sig = mac.doFinal((sr + "\n" + se).getBytes(StandardCharsets.UTF_8));
            return "SharedAccessSignature sr=" + sr + "&sig="
                    + URLEncoder.encode(Base64.getEncoder().encodeToString(sig), StandardCharsets.UTF_8) + "&se=" + se
                    + end;
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    public AmqpClient connect() throws Exception {
        return connect(ClientSasl.anonymous());
    }

    public AmqpClient connect(ClientSasl sasl) throws Exception {
        return AmqpClient.connect(loops, new AmqpClient.Options("127.0.0.1", port(), null, sasl, limits))
                .get(30, TimeUnit.SECONDS);
    }

    /** A client that put a token for a whole hub. */
    AmqpClient authorized(Hub hub) throws Exception {
        AmqpClient client = connect();
        assertThat(status(put(client, token(hub, "service", "sb://127.0.0.1:5671/" + hub.name()))))
                .isEqualTo(200);
        return client;
    }

    public static AmqpMessage put(AmqpClient client, String token) throws Exception {
        return put(client, "sb://audience", token);
    }

    public static AmqpMessage put(AmqpClient client, String audience, String token) throws Exception {
        return client.request(
                        "$cbs",
                        Map.of(
                                "operation", "put-token",
                                "type", "servicebus.windows.net:sastoken",
                                "name", audience),
                        token)
                .get(30, TimeUnit.SECONDS);
    }

    public static int status(AmqpMessage answer) {
        return (Integer) answer.applicationProperties().getOrDefault("status-code", -1);
    }

    /** Messages that a reader got, with the error that ended it. */
    public static final class Reader {
        public final LinkedBlockingQueue<AmqpMessage> messages = new LinkedBlockingQueue<>();
        public final IncomingLink link;
        private final AmqpClient client;

        Reader(AmqpClient client, AmqpClient.ReceiverOptions wanted, boolean grantMore) throws Exception {
            this.client = client;
            this.link = client.receive(wanted, arrived -> {
                        messages.add(AmqpMessage.decode(arrived.encoded()).orElseThrow());
                        arrived.accept();
                        if (grantMore) {
                            arrived.grant(1);
                        }
                    })
                    .get(30, TimeUnit.SECONDS);
        }

        public String next() throws InterruptedException {
            return body(nextMessage());
        }

        public AmqpMessage nextMessage() throws InterruptedException {
            AmqpMessage message = messages.poll(30, TimeUnit.SECONDS);
            assertThat(message).as("a message within 30 s").isNotNull();
            return message;
        }

        /** Waits until the server ended the link and returns why. */
        public String ended() {
            await("the end of the link", () -> link.remoteError() != null);
            return String.valueOf(link.remoteError());
        }

        void grant(int credit) {
            client.execute(() -> link.grant(credit));
        }
    }

    public static String body(AmqpMessage message) {
        return message.body() instanceof AmqpMessage.Body.Data(byte[] bytes)
                ? new String(bytes, StandardCharsets.UTF_8)
                : "";
    }

    Reader read(AmqpClient client, Hub hub, int partition, @Nullable String selector) throws Exception {
        return read(client, hub.name() + "/ConsumerGroups/$Default/Partitions/" + partition, selector, Map.of());
    }

    public Reader read(AmqpClient client, String address, @Nullable String selector, Map<String, Object> properties)
            throws Exception {
        return new Reader(client, new AmqpClient.ReceiverOptions(address, null, selector, properties, 50), true);
    }

    public static void await(String what, BooleanSupplier condition) {
        long until = System.nanoTime() + Duration.ofSeconds(30).toNanos();
        while (!condition.getAsBoolean()) {
            assertThat(System.nanoTime()).as("waiting for: " + what).isLessThan(until);
            LockSupport.parkNanos(1_000_000);
        }
    }

    public List<String> reasons() {
        synchronized (reports) {
            return reports.stream().map(Report::reason).toList();
        }
    }

    @Override
    public void close() {
        listener.close().syncUninterruptibly();
        loops.shutdownGracefully(0, 5, TimeUnit.SECONDS).awaitUninterruptibly();
        threads.close();
    }
}
