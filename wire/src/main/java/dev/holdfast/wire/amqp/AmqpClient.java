package dev.holdfast.wire.amqp;

import dev.holdfast.base.Limits;
import dev.holdfast.wire.client.ClientTls;
import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.ssl.SslHandshakeCompletionEvent;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import javax.net.ssl.SSLEngine;
import org.apache.qpid.protonj2.engine.Connection;
import org.apache.qpid.protonj2.engine.Engine;
import org.apache.qpid.protonj2.engine.Receiver;
import org.apache.qpid.protonj2.engine.Sender;
import org.apache.qpid.protonj2.engine.Session;
import org.apache.qpid.protonj2.types.Symbol;
import org.apache.qpid.protonj2.types.UnknownDescribedType;
import org.apache.qpid.protonj2.types.UnsignedLong;
import org.apache.qpid.protonj2.types.messaging.Source;
import org.apache.qpid.protonj2.types.messaging.Target;
import org.jspecify.annotations.Nullable;

/**
 * An AMQP connection that this process opens: for the monitor and for tests. One session; receivers, and requests to nodes that
 * answer. Methods may be called on any thread; futures complete and messages arrive on the connection's event loop.
 */
public final class AmqpClient implements AutoCloseable {
    /** The filter that names where a reader starts. */
    public static final String SELECTOR = "apache.org:selector-filter:string";

    private static final Set<String> SYMBOLS = symbols();

    /**
     * Where to and how.
     *
     * @param host connected to, checked against the certificate, and named in {@code open}
     * @param tls null only for tests of this package: nothing of ours speaks AMQP without TLS
     */
    public record Options(String host, int port, @Nullable ClientTls tls, ClientSasl sasl, Limits limits) {}

    /**
     * A link to receive on.
     *
     * @param selector the text of the selector filter, null for none
     * @param properties link properties by name, values are texts and numbers
     */
    public record ReceiverOptions(
            String source,
            @Nullable String target,
            @Nullable String selector,
            Map<String, Object> properties,
            int credit) {}

    private final EngineHost host;
    private final Options options;
    private final CompletableFuture<AmqpClient> opened = new CompletableFuture<>();
    private final CompletableFuture<AmqpError> closed = new CompletableFuture<>();
    private final Map<String, RequestNode> nodes = new HashMap<>();
    private @Nullable FrameReader frames;
    private @Nullable Session session;

    private AmqpClient(Channel channel, Options options) {
        Engine engine = options.sasl().mechanism() == null ? Engines.withoutSasl() : Engines.withSasl();
        Limits.Amqp limits = options.limits().amqp();
        this.options = options;
        this.host = new EngineHost(channel, engine, limits.idleMaxTime(), limits.receivingMaxBytes(), this::ended);
    }

    /** Connects; the future fails with the reason when the socket, TLS, SASL or open is refused, or takes too long. */
    public static CompletableFuture<AmqpClient> connect(EventLoopGroup group, Options options) {
        CompletableFuture<AmqpClient> connected = new CompletableFuture<>();
        int millis = Math.toIntExact(options.limits().client().connectMaxTime().toMillis());
        var _ = new Bootstrap()
                .group(group)
                .channel(NioSocketChannel.class)
                .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, millis)
                .option(ChannelOption.TCP_NODELAY, true)
                .handler(new ChannelInitializer<Channel>() {
                    @Override
                    protected void initChannel(Channel channel) {
                        initialize(channel, options, connected);
                    }
                })
                .connect(options.host(), options.port())
                .addListener(done -> {
                    if (done.cause() != null) {
                        connected.completeExceptionally(done.cause());
                    }
                });
        return connected.orTimeout(2L * millis, TimeUnit.MILLISECONDS);
    }

    private static void initialize(Channel channel, Options options, CompletableFuture<AmqpClient> connected) {
        ClientTls tls = options.tls();
        AmqpClient client = new AmqpClient(channel, options);
        var _ = client.opened.whenComplete((self, failed) -> {
            boolean wanted = failed == null ? connected.complete(self) : !connected.completeExceptionally(failed);
            if (!wanted) {
                client.host.close(null);
            }
        });
        if (tls == null) {
            channel.pipeline().addLast(new StartWhenActive(client::start));
            return;
        }
        SSLEngine engine = tls.context().createSSLEngine(options.host(), options.port());
        engine.setUseClientMode(true);
        engine.setSSLParameters(tls.parameters());
        channel.pipeline().addLast(new SslHandler(engine)).addLast(new StartAfterHandshake(client));
    }

    private void start() {
        Limits.Amqp limits = options.limits().amqp();
        String mechanism = options.sasl().mechanism();
        FrameReader.Phase first = mechanism == null ? FrameReader.Phase.HEADER : FrameReader.Phase.SASL_HEADER;
        FrameReader reader = new FrameReader(first, limits, SYMBOLS, host::fail);
        frames = reader;
        if (mechanism != null) {
            host.engine().saslDriver().setMaxFrameSize(limits.saslFrameMaxBytes());
            host.engine().saslDriver().client().setListener(new ClientSaslListener(options.sasl(), this::saslEnded));
        }
        Connection connection = host.connection();
        connection.setContainerId("holdfast-" + UUID.randomUUID());
        connection.setHostname(options.host());
        connection.setMaxFrameSize(limits.frameMaxBytes());
        connection.setChannelMax(0);
        connection.setIdleTimeout(limits.idleMaxTime().toMillis());
        connection.openHandler(_ -> remotelyOpened());
        connection.closeHandler(_ -> {
            AmqpError error = AmqpError.of(connection.getRemoteCondition());
            fail(error == null ? new AmqpError(AmqpError.CONNECTION_FORCED, "The server closed.") : error);
            host.closedByPeer();
        });
        host.start(reader);
        connection.open();
    }

    private void saslEnded(boolean accepted) {
        if (accepted && frames != null) {
            frames.saslDone();
        } else if (!accepted) {
            fail(new AmqpError(
                    AmqpError.UNAUTHORIZED_ACCESS,
                    "The server refused the credentials of SASL "
                            + options.sasl().mechanism() + "."));
            host.close(null);
            var _ = host.channel().close();
        }
    }

    private void remotelyOpened() {
        Session begun = host.connection().session();
        begun.setIncomingCapacity(options.limits().amqp().receivingMaxBytes());
        begun.closeHandler(_ -> begun.close());
        begun.open();
        session = begun;
        host.connection().tickAuto(host.executor());
        opened.complete(this);
    }

    /** Attaches a receiver. The future fails when the server refuses it. */
    public CompletableFuture<IncomingLink> receive(ReceiverOptions wanted, Consumer<IncomingLink.Arrived> arrived) {
        CompletableFuture<IncomingLink> ready = new CompletableFuture<>();
        run(ready, () -> {
            Receiver receiver = sessionNow().receiver(wanted.source() + "-" + UUID.randomUUID());
            Source source = new Source();
            source.setAddress(wanted.source());
            String selector = wanted.selector();
            if (selector != null) {
                Map<Symbol, Object> filters = new LinkedHashMap<>();
                filters.put(
                        Symbol.valueOf(SELECTOR),
                        new UnknownDescribedType(UnsignedLong.valueOf(FrameCheck.SELECTOR_DESCRIPTOR), selector));
                source.setFilter(filters);
            }
            receiver.setSource(source);
            Target target = new Target();
            target.setAddress(wanted.target());
            receiver.setTarget(target);
            receiver.setProperties(named(wanted.properties()));
            AttachRequest request = new AttachRequest(
                    receiver.getName(), wanted.source(), wanted.target(), wanted.properties(), Map.of(), Set.of());
            IncomingLink link = host.keep(new IncomingLink(
                    host, receiver, request, options.limits().amqp().messageMaxBytes()));
            link.start(wanted.credit(), arrived, ready);
        });
        return ready;
    }

    /** Attaches a sender. The future fails when the server refuses it. */
    public CompletableFuture<OutgoingLink> send(String target) {
        return send(target, Map.of());
    }

    /** As {@link #send(String)}, with link properties by name. */
    public CompletableFuture<OutgoingLink> send(String target, Map<String, Object> properties) {
        CompletableFuture<OutgoingLink> ready = new CompletableFuture<>();
        run(ready, () -> {
            Sender sender = sessionNow().sender(target + "-" + UUID.randomUUID());
            sender.setSource(new Source());
            Target to = new Target();
            to.setAddress(target);
            sender.setTarget(to);
            sender.setProperties(named(properties));
            AttachRequest request = new AttachRequest(sender.getName(), null, target, properties, Map.of(), Set.of());
            Limits.Amqp limits = options.limits().amqp();
            OutgoingLink link =
                    host.keep(new OutgoingLink(host, sender, request, limits.requestsMax(), limits.creditMax()));
            link.start(ready);
        });
        return ready;
    }

    /**
     * Sends a request to a node and waits for the answer with its message id.
     *
     * @param node {@code $cbs} or {@code $management}
     */
    public CompletableFuture<AmqpMessage> request(String node, Map<String, Object> applicationProperties, Object body) {
        CompletableFuture<AmqpMessage> answer = new CompletableFuture<>();
        run(
                answer,
                () -> nodes.computeIfAbsent(node, name -> new RequestNode(this, name))
                        .request(applicationProperties, body, answer));
        return answer.orTimeout(options.limits().client().requestMaxTime().toMillis(), TimeUnit.MILLISECONDS);
    }

    /** Runs on the event loop, where links are touched; nothing once the connection is over. */
    public void execute(Runnable work) {
        host.executor().execute(() -> {
            if (!host.isOver()) {
                host.guarded(work);
            }
        });
    }

    /** Completes when the connection is over, with what the server said. */
    public CompletableFuture<AmqpError> closed() {
        return closed.copy();
    }

    @Override
    public void close() {
        host.executor().execute(() -> host.close(null));
    }

    private Session sessionNow() {
        Session now = session;
        if (now == null || host.isOver()) {
            throw new IllegalStateException("the connection is over");
        }
        return now;
    }

    private void run(CompletableFuture<?> result, Runnable work) {
        host.executor().execute(() -> {
            try {
                work.run();
            } catch (RuntimeException failed) {
                result.completeExceptionally(failed);
            }
        });
    }

    private @Nullable String ended(@Nullable AmqpRefusal why) {
        fail(
                why == null
                        ? new AmqpError(AmqpError.CONNECTION_FORCED, "The connection to the server ended.")
                        : why.toError(null));
        return null;
    }

    private void fail(AmqpError error) {
        opened.completeExceptionally(new AmqpException(error));
        closed.complete(error);
        nodes.values().forEach(node -> node.fail(error));
    }

    /** The TLS handshake failed. */
    void failed(Throwable cause) {
        opened.completeExceptionally(cause);
        closed.complete(new AmqpError(AmqpError.CONNECTION_FORCED, String.valueOf(cause.getMessage())));
    }

    private static @Nullable Map<Symbol, Object> named(Map<String, Object> properties) {
        if (properties.isEmpty()) {
            return null;
        }
        Map<Symbol, Object> named = new LinkedHashMap<>();
        properties.forEach((name, value) -> named.put(Symbol.valueOf(name), value));
        return named;
    }

    private static Set<String> symbols() {
        Set<String> symbols = new HashSet<>(Engines.SYMBOLS);
        symbols.addAll(Set.of("hostname", "network-host", "port", "address"));
        return Set.copyOf(symbols);
    }

    /** Starts the client on a socket without TLS, in tests. */
    private static final class StartWhenActive extends ChannelInboundHandlerAdapter {
        private final Runnable start;

        StartWhenActive(Runnable start) {
            this.start = start;
        }

        @Override
        public void channelActive(ChannelHandlerContext context) {
            context.pipeline().remove(this);
            start.run();
        }
    }

    /** Starts the client when the handshake is done. */
    private static final class StartAfterHandshake extends ChannelInboundHandlerAdapter {
        private final AmqpClient client;

        StartAfterHandshake(AmqpClient client) {
            this.client = client;
        }

        @Override
        public void userEventTriggered(ChannelHandlerContext context, Object event) {
            if (event instanceof SslHandshakeCompletionEvent handshake) {
                context.pipeline().remove(this);
                if (handshake.isSuccess()) {
                    client.start();
                } else {
                    client.failed(handshake.cause());
                }
            }
            context.fireUserEventTriggered(event);
        }
    }
}
