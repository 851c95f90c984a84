package dev.holdfast.server;

import dev.holdfast.base.Limits;
import dev.holdfast.base.Version;
import dev.holdfast.hub.HostNames;
import dev.holdfast.hub.Hub;
import dev.holdfast.hub.HubSettings;
import dev.holdfast.hub.Hubs;
import dev.holdfast.hub.link.LinkEnd;
import dev.holdfast.pki.ServerAuthorities;
import dev.holdfast.server.operator.ConnectionStrings;
import dev.holdfast.server.operator.OperatorToken;
import dev.holdfast.store.StoreException;
import dev.holdfast.store.Table;
import dev.holdfast.store.embedded.EmbeddedTable;
import dev.holdfast.tls.identity.ServerIdentities;
import dev.holdfast.tls.listen.FrontDoor;
import java.io.IOException;
import java.nio.file.Files;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A running installation: opened by {@link #start} and ended by {@link #close}. */
final class Server implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Server.class);
    private static final Duration CERTIFICATES_EVERY = Duration.ofHours(12);
    private static final Duration REQUESTS_MAX_TIME = Duration.ofSeconds(2);

    private final Config config;
    private final Opened opened;
    private final Ready ready;

    private Server(Config config, Opened opened, Ready ready) {
        this.config = config;
        this.opened = opened;
        this.ready = ready;
    }

    /** @param progress gets a line for every step that takes time */
    static Server start(Config config, Limits limits, Consumer<String> progress) throws StartFailure {
        Opened opened = new Opened();
        try {
            return new Starting(config, limits, progress, opened).start();
        } catch (StoreException e) {
            throw closed(opened, new StartFailure("What is stored can't be opened: " + e.getMessage() + ".", e));
        } catch (IOException e) {
            throw closed(opened, new StartFailure(String.valueOf(e.getMessage()), e));
        } catch (StartFailure | RuntimeException e) {
            throw closed(opened, e);
        }
    }

    private static <E extends Exception> E closed(Opened opened, E failure) {
        try {
            opened.close();
        } catch (IllegalStateException e) {
            failure.addSuppressed(e);
        }
        return failure;
    }

    Config config() {
        return config;
    }

    Ready ready() {
        return ready;
    }

    /** Stops accepting, ends the connections, finishes what is under way, and closes the store. */
    @Override
    public void close() {
        opened.close();
    }

    /** The steps of a start; what is opened later is closed earlier. */
    private record Starting(Config config, Limits limits, Consumer<String> progress, Opened opened) {
        Server start() throws StartFailure, IOException {
            Instant begun = Instant.now();
            InstantSource clock = InstantSource.system();
            SecureRandom random = new SecureRandom();
            DataDirectory data = opened.add(DataDirectory.open(config.data()));
            ReadyFiles readyFiles = new ReadyFiles(data.readyFile(), config.readyFile());
            readyFiles.clear();
            OperatorToken token = OperatorTokenFile.readOrMake(data.operatorToken(), random);

            if (!Files.exists(data.path().resolve("ca.pem"))) {
                progress.accept("Making certificate authorities, RSA and ECC, in " + data.path() + " …");
            }
            ServerAuthorities authorities = authorities(data, clock);
            ServerIdentities identities = new ServerIdentities(authorities.rsa(), authorities.ecc());

            HostNames hostNames = new HostNames(List.of(config.domain()), FirstStart.HUB);
            Table table = opened.add(EmbeddedTable.open(data.table(), limits.storage()));
            Hubs hubs = opened.add(new Hubs(
                    table, new TelemetryLogs(data.logs(), clock, limits), hostNames, clock, random, limits));
            FirstStart.ensure(table, hubs);

            Schedule schedule = opened.add(new Schedule());
            schedule.every(limits.installation().retentionEvery(), "dropping old telemetry", hubs::dropExpired);
            schedule.every(CERTIFICATES_EVERY, "renewing server certificates", () -> {
                ServerAuthorities now = authorities(data, clock);
                identities.replace(now.rsa(), now.ecc());
            });

            ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
            opened.add(() -> finish(threads));
            Wiring.Shared shared = new Wiring.Shared(limits, clock, hostNames, hubs, threads, new RefusalLog());
            FrontDoor door = opened.add(Wiring.frontDoor(shared, identities));
            opened.add(() -> hubs.all().forEach(hub -> hub.links().endAll(new LinkEnd.ServerStopping())));
            opened.add(door::stopAccepting);
            Ports ports = listen(shared, door, token, authorities);

            Ready ready = ready(begun, token, authorities, hubs, ports);
            opened.add(readyFiles);
            readyFiles.write(ready);
            return new Server(config, opened, ready);
        }

        private ServerAuthorities authorities(DataDirectory data, InstantSource clock) throws IOException {
            return ServerAuthorities.openOrCreate(
                    data.path(), List.of(config.domain()), limits.certificates(), clock);
        }

        private Ports listen(
                Wiring.Shared shared, FrontDoor door, OperatorToken token, ServerAuthorities authorities)
                throws StartFailure {
            Listeners listeners = new Listeners(door, config.bind());
            int mqtt = listeners.open("mqtt", config.ports().mqtt(), "--mqtt-port", Wiring.mqtt(shared));
            int amqp = config.ports().amqp();
            Integer wanted = config.ports().https();
            List<Integer> candidates =
                    wanted == null ? List.of(Config.HTTPS_PORT, Config.HTTPS_FALLBACK_PORT) : List.of(wanted);
            int https = listeners.openFirst(
                    "https", candidates, "--https-port", Wiring.https(shared, token, authorities, amqp));
            return new Ports(mqtt, amqp, https);
        }

        private Ready ready(
                Instant begun, OperatorToken token, ServerAuthorities authorities, Hubs hubs, Ports ports) {
            ConnectionStrings strings = new ConnectionStrings(ports.amqp());
            return new Ready(
                    Version.current(),
                    ProcessHandle.current().pid(),
                    Duration.between(begun, Instant.now()).toMillis(),
                    token.value(),
                    authorities.trustBundle().toString(),
                    new Ready.Operator("https://localhost:" + ports.https() + "/"),
                    hubs.all().stream().map(hub -> entry(hub, strings, ports)).toList());
        }

        private static Ready.HubEntry entry(Hub hub, ConnectionStrings strings, Ports ports) {
            HubSettings settings = hub.settings().get();
            boolean first = hub.name().equals(FirstStart.HUB);
            return new Ready.HubEntry(
                    hub.name().value(),
                    settings.hostName(),
                    ports.mqtt(),
                    ports.amqp(),
                    ports.https(),
                    strings.service(settings).orElse(null),
                    strings.eventHub(settings).orElse(null),
                    first
                            ? hub.registry()
                                    .find(FirstStart.DEMO_DEVICE)
                                    .flatMap(device -> strings.device(settings, device))
                                    .orElse(null)
                            : null);
        }

        /** Requests that are under way end before the store does. */
        private static void finish(ExecutorService threads) throws InterruptedException {
            threads.shutdown();
            if (!threads.awaitTermination(REQUESTS_MAX_TIME.toMillis(), TimeUnit.MILLISECONDS)) {
                LOG.warn("requests were still under way after {} s", REQUESTS_MAX_TIME.toSeconds());
                threads.shutdownNow();
            }
        }
    }

    /** As they were bound. */
    private record Ports(int mqtt, int amqp, int https) {}
}
