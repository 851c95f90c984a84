package dev.holdfast.cli.bench;

import dev.holdfast.pki.KeyAndCertificate;
import dev.holdfast.pki.KeyKind;
import dev.holdfast.pki.Pem;
import dev.holdfast.testkit.TestAuthority;
import dev.holdfast.testkit.TestTls;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.handler.codec.mqtt.MqttConnAckMessage;
import io.netty.handler.codec.mqtt.MqttConnAckVariableHeader;
import io.netty.handler.codec.mqtt.MqttConnectMessage;
import io.netty.handler.codec.mqtt.MqttConnectReturnCode;
import io.netty.handler.codec.mqtt.MqttDecoder;
import io.netty.handler.codec.mqtt.MqttEncoder;
import io.netty.handler.codec.mqtt.MqttFixedHeader;
import io.netty.handler.codec.mqtt.MqttMessage;
import io.netty.handler.codec.mqtt.MqttMessageIdVariableHeader;
import io.netty.handler.codec.mqtt.MqttMessageType;
import io.netty.handler.codec.mqtt.MqttPubAckMessage;
import io.netty.handler.codec.mqtt.MqttPublishMessage;
import io.netty.handler.codec.mqtt.MqttPublishVariableHeader;
import io.netty.handler.codec.mqtt.MqttQoS;
import io.netty.handler.codec.mqtt.MqttSubAckMessage;
import io.netty.handler.codec.mqtt.MqttSubAckPayload;
import io.netty.handler.codec.mqtt.MqttSubscribeMessage;
import io.netty.handler.ssl.SslHandler;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;

/** A broker for benches: acknowledges every message and gives it to every subscriber, unless a test has it misbehave. */
public final class TestBroker implements AutoCloseable {
    /** What it does wrong. */
    public enum Fault {
        NONE,
        /** Every hundredth message is acknowledged and not delivered. */
        LOSES,
        /** CONNECT is answered with 5. */
        REFUSES,
        /** Delivers more slowly than it acknowledges: the next message 10 ms later than the one before. */
        LAGS,
        /** Closes a connection at its hundredth message. */
        HANGS_UP
    }

    private final MultiThreadIoEventLoopGroup loops = new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
    private final Set<ChannelHandlerContext> subscribers = ConcurrentHashMap.newKeySet();
    private final AtomicInteger connects = new AtomicInteger();
    private final Path roots;
    private final SSLContext context;
    private final Fault fault;
    private final Channel listener;

    /** @param directory for its root certificate */
    public TestBroker(Path directory, Fault fault) throws Exception {
        this.fault = fault;
        Instant now = Instant.now();
        Instant from = now.minus(Duration.ofDays(1));
        Instant to = now.plus(Duration.ofDays(1));
        TestAuthority authority = new TestAuthority("broker root", from, to);
        KeyAndCertificate own = authority.issue("localhost", KeyKind.EC_P256, from, to);
        roots = Files.writeString(directory.resolve("broker-ca.pem"), Pem.write(authority.certificate()));
        context = TestTls.context(List.of(authority.certificate()), own, List.of(authority.certificate()));
        listener = new ServerBootstrap()
                .group(loops)
                .channel(NioServerSocketChannel.class)
                .childHandler(new ChannelInitializer<Channel>() {
                    @Override
                    protected void initChannel(Channel channel) {
                        SSLEngine engine = context.createSSLEngine();
                        engine.setUseClientMode(false);
                        channel.pipeline()
                                .addLast(
                                        new SslHandler(engine), new MqttDecoder(), MqttEncoder.INSTANCE, new Session());
                    }
                })
                .bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
                .syncUninterruptibly()
                .channel();
    }

    public String port() {
        return Integer.toString(((InetSocketAddress) listener.localAddress()).getPort());
    }

    public String roots() {
        return roots.toString();
    }

    public int connects() {
        return connects.get();
    }

    @Override
    public void close() {
        loops.shutdownGracefully(0, 5, TimeUnit.SECONDS).syncUninterruptibly();
    }

    private static MqttFixedHeader header(MqttMessageType type, MqttQoS qos) {
        return new MqttFixedHeader(type, false, qos, false, 0);
    }

    private final class Session extends SimpleChannelInboundHandler<MqttMessage> {
        private int messages;
        private long lagMillis;

        @Override
        protected void channelRead0(ChannelHandlerContext ctx, MqttMessage message) {
            if (message instanceof MqttConnectMessage) {
                connects.incrementAndGet();
                connected(ctx);
            } else if (message instanceof MqttSubscribeMessage subscribe) {
                subscribers.add(ctx);
                var _ = ctx.writeAndFlush(new MqttSubAckMessage(
                        header(MqttMessageType.SUBACK, MqttQoS.AT_MOST_ONCE),
                        MqttMessageIdVariableHeader.from(
                                subscribe.variableHeader().messageId()),
                        new MqttSubAckPayload(1)));
            } else if (message instanceof MqttPublishMessage publish) {
                published(ctx, publish);
            }
        }

        private void connected(ChannelHandlerContext ctx) {
            MqttConnectReturnCode code = fault == Fault.REFUSES
                    ? MqttConnectReturnCode.CONNECTION_REFUSED_NOT_AUTHORIZED
                    : MqttConnectReturnCode.CONNECTION_ACCEPTED;
            var _ = ctx.writeAndFlush(new MqttConnAckMessage(
                    header(MqttMessageType.CONNACK, MqttQoS.AT_MOST_ONCE), new MqttConnAckVariableHeader(code, false)));
        }

        private void published(ChannelHandlerContext ctx, MqttPublishMessage publish) {
            messages++;
            if (fault == Fault.HANGS_UP && messages == 100) {
                var _ = ctx.close();
                return;
            }
            if (fault != Fault.LOSES || messages % 100 != 0) {
                for (ChannelHandlerContext subscriber : subscribers) {
                    MqttPublishMessage copy = new MqttPublishMessage(
                            header(MqttMessageType.PUBLISH, MqttQoS.AT_LEAST_ONCE),
                            new MqttPublishVariableHeader(
                                    publish.variableHeader().topicName(), 1),
                            publish.payload().retainedDuplicate());
                    if (fault == Fault.LAGS) {
                        lagMillis += 10;
                        var _ = subscriber
                                .executor()
                                .schedule(
                                        () -> {
                                            var _ = subscriber.writeAndFlush(copy);
                                        },
                                        lagMillis,
                                        TimeUnit.MILLISECONDS);
                    } else {
                        var _ = subscriber.writeAndFlush(copy);
                    }
                }
            }
            var _ = ctx.writeAndFlush(new MqttPubAckMessage(
                    header(MqttMessageType.PUBACK, MqttQoS.AT_MOST_ONCE),
                    MqttMessageIdVariableHeader.from(publish.variableHeader().packetId())));
        }

        @Override
        public void channelInactive(ChannelHandlerContext ctx) {
            subscribers.remove(ctx);
        }
    }
}
