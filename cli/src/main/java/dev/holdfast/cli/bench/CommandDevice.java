package dev.holdfast.cli.bench;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/**
 * A device that does what a back end asks of it. It is open when its subscription is granted. On its event loop, but for what says
 * otherwise.
 */
final class CommandDevice implements Opening.Openable {
    private static final int REFUSED = 0x80;
    private static final String METHOD_TOPIC = "$iothub/methods/POST/";
    private static final String TWIN_ANSWER = "$iothub/twin/res/";
    private static final String REQUEST_ID = "?$rid=";
    private static final byte[] ANSWER = "{}".getBytes(StandardCharsets.UTF_8);

    private final Login login;
    private final CommandKind kind;
    private final LongConsumer came;
    private final CompletableFuture<Void> opened = new CompletableFuture<>();
    private final Map<Long, CompletableFuture<Void>> reports = new ConcurrentHashMap<>();
    private volatile @Nullable ChannelHandlerContext context;
    private volatile @Nullable String lost;

    /** @param came told of the number of everything that is delivered */
    CommandDevice(Login login, CommandKind kind, LongConsumer came) {
        this.login = login;
        this.kind = kind;
        this.came = came;
    }

    /** Its id. Any thread. */
    String id() {
        return login.clientId();
    }

    /** Why it is not connected any more; null while it is. Any thread. */
    @Nullable
    String lost() {
        return lost;
    }

    @Override
    public CompletableFuture<Void> opened() {
        return opened;
    }

    @Override
    public Login login() {
        return login;
    }

    @Override
    public void opened(ChannelHandlerContext ctx) {
        context = ctx;
        String filter = switch (kind) {
            case METHOD -> METHOD_TOPIC + "#";
            case DESIRED -> "$iothub/twin/PATCH/properties/desired/#";
            case REPORTED -> TWIN_ANSWER + "#";
            case MESSAGE -> "devices/" + id() + "/messages/devicebound/#";
        };
        int qos = kind == CommandKind.MESSAGE ? 1 : 0;
        var _ = ctx.writeAndFlush(MqttOutput.subscribe(filter, qos, ctx.alloc()), ctx.voidPromise());
    }

    @Override
    public void packet(int firstByte, ByteBuf body, int length) {
        if (firstByte == MqttOutput.SUBACK && length == 3) {
            if (body.getUnsignedByte(body.readerIndex() + 2) >= REFUSED) {
                opened.completeExceptionally(new BenchFailure("the server refused the subscription of " + id()));
            } else {
                opened.complete(null);
            }
        } else if ((firstByte & 0xF0) == MqttOutput.PUBLISH) {
            publish((firstByte >> 1) & 3, body, length);
        }
    }

    private void publish(int qos, ByteBuf body, int length) {
        ChannelHandlerContext ctx = context;
        int from = body.readerIndex();
        int topicBytes = body.getUnsignedShort(from);
        int packetIdAt = from + 2 + topicBytes;
        int payloadAt = packetIdAt + (qos == 0 ? 0 : 2);
        String topic = body.toString(from + 2, topicBytes, StandardCharsets.UTF_8);
        if (ctx == null) {
            return;
        }
        switch (kind) {
            case METHOD -> {
                String answer = "$iothub/methods/res/200/" + topic.substring(topic.indexOf(REQUEST_ID));
                var _ = ctx.write(MqttOutput.publish(answer, ANSWER, ctx.alloc()), ctx.voidPromise());
            }
            case REPORTED -> reported(topic);
            case DESIRED ->
                came.accept(CommandBody.number(
                        body.toString(payloadAt, from + length - payloadAt, StandardCharsets.UTF_8)));
            case MESSAGE -> {
                came.accept(CommandBody.number(
                        body.toString(payloadAt, from + length - payloadAt, StandardCharsets.UTF_8)));
                ByteBuf out = ctx.alloc().heapBuffer(4);
                MqttOutput.pubAck(out, body.getUnsignedShort(packetIdAt));
                var _ = ctx.write(out, ctx.voidPromise());
            }
        }
    }

    /** {@code $iothub/twin/res/204/?$rid=7&$version=3}. */
    private void reported(String topic) {
        int from = topic.indexOf(REQUEST_ID) + REQUEST_ID.length();
        int to = topic.indexOf('&', from);
        long number = Long.parseLong(topic, from, to < 0 ? topic.length() : to, 10);
        CompletableFuture<Void> report = reports.remove(number);
        if (report == null) {
            return;
        }
        if (topic.startsWith(TWIN_ANSWER + "204/")) {
            report.complete(null);
        } else {
            report.completeExceptionally(new BenchFailure("the server answered a report with " + topic));
        }
    }

    /** Sends reported properties; the future completes when the hub took them. Any thread. */
    CompletableFuture<Void> report(long number, byte[] patch) {
        CompletableFuture<Void> report = new CompletableFuture<>();
        ChannelHandlerContext ctx = context;
        reports.put(number, report);
        if (ctx == null || lost != null) {
            report.completeExceptionally(new BenchFailure(id() + " is not connected"));
            return report;
        }
        String topic = "$iothub/twin/PATCH/properties/reported/" + REQUEST_ID + number;
        ctx.executor().execute(() -> {
            var _ = ctx.writeAndFlush(MqttOutput.publish(topic, patch, ctx.alloc()), ctx.voidPromise());
        });
        return report;
    }

    @Override
    public void readComplete() {
        ChannelHandlerContext ctx = context;
        if (ctx != null) {
            ctx.flush();
        }
    }

    @Override
    public void ended(String why) {
        if (!opened.completeExceptionally(new BenchFailure(why))) {
            lost = why;
        }
        reports.values().forEach(report -> report.completeExceptionally(new BenchFailure(why)));
    }
}
