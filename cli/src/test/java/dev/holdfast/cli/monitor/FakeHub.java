package dev.holdfast.cli.monitor;

import dev.holdfast.base.Limits;
import dev.holdfast.wire.Connection;
import dev.holdfast.wire.amqp.AmqpClient;
import dev.holdfast.wire.amqp.AmqpConnection;
import dev.holdfast.wire.amqp.AmqpConversation;
import dev.holdfast.wire.amqp.AmqpError;
import dev.holdfast.wire.amqp.AmqpFace;
import dev.holdfast.wire.amqp.AmqpMessage;
import dev.holdfast.wire.amqp.AmqpPeer;
import dev.holdfast.wire.amqp.AmqpServer;
import dev.holdfast.wire.amqp.IncomingLink;
import dev.holdfast.wire.amqp.OutgoingLink;
import dev.holdfast.wire.amqp.PlainVerdict;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.group.ChannelGroup;
import io.netty.channel.group.DefaultChannelGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.util.concurrent.GlobalEventExecutor;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** What a monitor needs of a hub: tokens, one hub with two partitions, and messages with sequence numbers. */
final class FakeHub implements AmqpFace, AutoCloseable {
    final List<String> tokens = new CopyOnWriteArrayList<>();
    final List<String> selectors = new CopyOnWriteArrayList<>();
    volatile boolean refuseTokens;
    private final List<List<byte[]>> partitions = List.of(new ArrayList<>(), new ArrayList<>());
    private final List<Runnable> pumps = new CopyOnWriteArrayList<>();
    private final ChannelGroup sockets = new DefaultChannelGroup(GlobalEventExecutor.INSTANCE);
    private final MultiThreadIoEventLoopGroup loops = new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
    private final Channel listener;

    FakeHub() {
        AmqpServer server = new AmqpServer(List.of(this), Limits.defaults(), _ -> false, (_, _) -> "report-1");
        listener = new ServerBootstrap()
                .group(loops)
                .channel(NioServerSocketChannel.class)
                .childHandler(new ChannelInitializer<SocketChannel>() {
                    @Override
                    protected void initChannel(SocketChannel channel) {
                        sockets.add(channel);
                        server.mount(Connection.accept(channel, "amqp", channel.remoteAddress(), Instant.EPOCH));
                    }
                })
                .bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
                .syncUninterruptibly()
                .channel();
    }

    String connectionString() {
        int port = ((InetSocketAddress) listener.localAddress()).getPort();
        return "Endpoint=sb://127.0.0.1:" + port
                + "/;SharedAccessKeyName=service;SharedAccessKey=c2VjcmV0;EntityPath=hub1";
    }

    void append(int partition, String body) {
        List<byte[]> log = partitions.get(partition);
        synchronized (log) {
            log.add(new AmqpMessage(
                            Map.of(),
                            Map.of(
                                    "x-opt-sequence-number",
                                    (long) log.size(),
                                    "x-opt-enqueued-time",
                                    Instant.ofEpochMilli(1000L * log.size()),
                                    "iothub-connection-device-id",
                                    "dev1"),
                            AmqpMessage.Properties.NONE,
                            Map.of("n", log.size()),
                            new AmqpMessage.Body.Data(body.getBytes(java.nio.charset.StandardCharsets.UTF_8)))
                    .encode());
        }
        pumps.forEach(Runnable::run);
    }

    /** Cuts every connection, as a network does. */
    void cut() {
        sockets.close().awaitUninterruptibly();
    }

    @Override
    public boolean claims(AmqpPeer peer) {
        return true;
    }

    @Override
    public void judgePlain(
            Connection connection,
            @Nullable String hostName,
            String user,
            String password,
            Consumer<PlainVerdict> verdict) {
        verdict.accept(new PlainVerdict.NotMine());
    }

    @Override
    public Set<String> symbols() {
        return Set.of(AmqpClient.SELECTOR);
    }

    @Override
    public AmqpConversation open(AmqpConnection connection) {
        return new Conversation(connection);
    }

    private final class Conversation implements AmqpConversation {
        private final AmqpConnection connection;
        private final Map<String, OutgoingLink> answers = new java.util.HashMap<>();

        Conversation(AmqpConnection connection) {
            this.connection = connection;
        }

        @Override
        public void attached(OutgoingLink link) {
            String source = String.valueOf(link.request().source());
            if (source.startsWith("$")) {
                answers.put(source, link);
                link.accept(Map.of(), Set.of(), () -> {});
                return;
            }
            if (!source.startsWith("hub1/ConsumerGroups/$Default/Partitions/")) {
                link.refuse(new AmqpError(AmqpError.NOT_FOUND, "no such consumer group"));
                return;
            }
            int partition = source.charAt(source.length() - 1) - '0';
            String selector = String.valueOf(link.request().filters().get(AmqpClient.SELECTOR));
            selectors.add(partition + " " + selector);
            int[] next = {first(selector, partitions.get(partition))};
            Runnable pump = () -> {
                List<byte[]> log = partitions.get(partition);
                synchronized (log) {
                    while (link.room() > 0 && next[0] < log.size()) {
                        link.send(log.get(next[0]++));
                    }
                }
            };
            link.accept(Map.of(), Set.of(), pump);
            Runnable wake = () -> connection.execute(pump);
            pumps.add(wake);
            link.whenClosed(() -> pumps.remove(wake));
        }

        private static int first(String selector, List<byte[]> log) {
            String value = selector.substring(selector.indexOf('\'') + 1, selector.lastIndexOf('\''));
            return value.equals("@latest") ? log.size() : Integer.parseInt(value) + 1;
        }

        @Override
        public void attached(IncomingLink link) {
            String node = String.valueOf(link.request().target());
            link.accept(10, arrived -> {
                AmqpMessage request = AmqpMessage.decode(arrived.encoded()).orElseThrow();
                arrived.accept();
                arrived.grant(1);
                AmqpMessage answer = node.equals("$cbs") ? token(request) : facts(request);
                OutgoingLink to = answers.get(node);
                if (to != null) {
                    to.send(answer.encode());
                }
            });
        }

        private AmqpMessage token(AmqpMessage request) {
            tokens.add(request.body() instanceof AmqpMessage.Body.Value(String token) ? token : "");
            Map<String, Object> answer = refuseTokens
                    ? Map.of(
                            "status-code",
                            401,
                            "status-description",
                            "wrong key",
                            "error-condition",
                            AmqpError.UNAUTHORIZED_ACCESS)
                    : Map.of("status-code", 200);
            return AmqpMessage.ofValue(
                    AmqpMessage.Properties.answer(request.properties().messageId()), answer, null);
        }

        private AmqpMessage facts(AmqpMessage request) {
            Object partition = request.applicationProperties().get("partition");
            Map<String, Object> facts = partition == null
                    ? Map.of("partition_ids", List.of("0", "1"))
                    : Map.of(
                            "last_enqueued_sequence_number",
                            (long) partitions
                                            .get(Integer.parseInt(partition.toString()))
                                            .size()
                                    - 1);
            return AmqpMessage.ofValue(
                    AmqpMessage.Properties.answer(request.properties().messageId()), Map.of("status-code", 200), facts);
        }

        @Override
        public void ended() {}
    }

    @Override
    public void close() {
        listener.close().syncUninterruptibly();
        cut();
        loops.shutdownGracefully(0, 5, TimeUnit.SECONDS).awaitUninterruptibly();
    }
}
