package dev.holdfast.cli.bench;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** One connection that subscribes to all that is published. */
final class MqttReader implements Reader, Opening.Openable {
    private static final int PING_SECONDS = 60;
    private static final int REFUSED = 0x80;

    private final ReaderPlan.Mqtt plan;
    private final Received received;
    private final CompletableFuture<Void> opened = new CompletableFuture<>();
    private final CompletableFuture<Void> subscribed = new CompletableFuture<>();
    private @Nullable ChannelHandlerContext context;
    private @Nullable ByteBuf acknowledgements;
    private volatile boolean leaving;
    private volatile @Nullable String lost;

    private MqttReader(ReaderPlan.Mqtt plan, Received received) {
        this.plan = plan;
        this.received = received;
    }

    /** Returns when the subscription is granted. */
    static MqttReader start(
            ReaderPlan.Mqtt plan, Received received, Clients clients, Target target, LoadTls.Sessions sessions)
            throws BenchFailure, InterruptedException {
        MqttReader reader = new MqttReader(plan, received);
        Opening.open(clients, target, sessions, reader);
        Opening.await(reader.subscribed, "the reader can't subscribe to " + plan.filter());
        return reader;
    }

    @Override
    public CompletableFuture<Void> opened() {
        return opened;
    }

    @Override
    public Login login() {
        return plan.login();
    }

    @Override
    public void opened(ChannelHandlerContext ctx) {
        context = ctx;
        var _ = ctx.writeAndFlush(MqttOutput.subscribe(plan.filter(), plan.qos(), ctx.alloc()), ctx.voidPromise());
        var _ = ctx.executor()
                .scheduleAtFixedRate(
                        () -> {
                            var _ = ctx.writeAndFlush(MqttOutput.ping(ctx.alloc()), ctx.voidPromise());
                        },
                        PING_SECONDS,
                        PING_SECONDS,
                        TimeUnit.SECONDS);
        opened.complete(null);
    }

    @Override
    public void packet(int firstByte, ByteBuf body, int length) {
        if ((firstByte & 0xF0) == MqttOutput.PUBLISH) {
            publish((firstByte >> 1) & 3, body, length);
        } else if (firstByte == MqttOutput.SUBACK && length == 3) {
            if (body.getUnsignedByte(body.readerIndex() + 2) >= REFUSED) {
                subscribed.completeExceptionally(new BenchFailure("the server refused it"));
            } else {
                subscribed.complete(null);
            }
        }
    }

    private void publish(int qos, ByteBuf body, int length) {
        int from = body.readerIndex();
        int packetIdAt = from + 2 + body.getUnsignedShort(from);
        int payloadAt = packetIdAt + (qos == 0 ? 0 : 2);
        Stamp.read(body, payloadAt, from + length - payloadAt, received);
        ChannelHandlerContext ctx = context;
        if (qos == 1 && ctx != null) {
            ByteBuf out = acknowledgements;
            if (out == null) {
                out = ctx.alloc().heapBuffer();
                acknowledgements = out;
            }
            MqttOutput.pubAck(out, body.getUnsignedShort(packetIdAt));
        }
    }

    @Override
    public void readComplete() {
        ByteBuf out = acknowledgements;
        ChannelHandlerContext ctx = context;
        if (out != null && ctx != null) {
            acknowledgements = null;
            var _ = ctx.writeAndFlush(out, ctx.voidPromise());
        }
    }

    @Override
    public void ended(String why) {
        boolean wasOpen = !opened.completeExceptionally(new BenchFailure("the reader was not let in: " + why));
        subscribed.completeExceptionally(new BenchFailure(why));
        if (wasOpen && !leaving) {
            lost = why;
        }
    }

    @Override
    public @Nullable String interruption() {
        return lost;
    }

    @Override
    public void close() throws InterruptedException {
        leaving = true;
        ChannelHandlerContext ctx = context;
        if (ctx != null) {
            ctx.channel().close().sync();
        }
    }
}
