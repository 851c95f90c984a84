package dev.holdfast.cli.bench;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * A connection that publishes: keeps its window full, or sends what is due. Packet ids are the numbers of the window's slots, and
 * every message is a copy of one template, so that no message makes garbage.
 *
 * <p>Used on its event loop, but for what says otherwise.
 */
final class Publisher implements Opening.Openable {
    private final int number;
    private final Login login;
    private final Deliveries deliveries;
    private final Brake brake;
    private final MqttOutput.Template template;
    private final CompletableFuture<Void> opened = new CompletableFuture<>();
    private final AtomicBoolean poked = new AtomicBoolean();
    private final Runnable fill = this::fillAfterPoke;
    private final int[] free;
    private final int[] sequences;
    private final long[] intended;
    private final LatencyHistogram latency;
    private int freeCount;
    private int sent;
    private long acknowledgedInWindow;
    private int strangeAcks;
    private long now;
    private @Nullable ChannelHandlerContext context;
    private @Nullable Window window;
    private @Nullable Schedule schedule;
    private @Nullable String lost;
    private boolean leaving;
    private boolean held;

    /** @param latency shared by connections of one event loop */
    Publisher(int number, Login login, PublishPlan plan, Deliveries deliveries, Brake brake, LatencyHistogram latency) {
        this.number = number;
        this.login = login;
        this.deliveries = deliveries;
        this.brake = brake;
        this.latency = latency;
        template = MqttOutput.publish(login.topic(), plan.size());
        free = new int[plan.window()];
        sequences = new int[plan.window() + 1];
        intended = new long[plan.window() + 1];
        for (int slot = plan.window(); slot >= 1; slot--) {
            free[freeCount++] = slot;
            sequences[slot] = -1;
        }
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
        opened.complete(null);
    }

    /** Starts sending; any thread, once it is open. */
    void begin(Window measured, Schedule plan) {
        execute(() -> {
            window = measured;
            schedule = plan;
            fill();
        });
    }

    /** Has it look at its schedule; any thread. */
    void poke() {
        if (poked.compareAndSet(false, true)) {
            execute(fill);
        }
    }

    private void fillAfterPoke() {
        poked.set(false);
        held = false;
        fill();
    }

    private void execute(Runnable work) {
        ChannelHandlerContext ctx = context;
        if (ctx != null) {
            ctx.executor().execute(work);
        }
    }

    private void fill() {
        Schedule plan = schedule;
        ChannelHandlerContext ctx = context;
        if (plan == null || ctx == null || lost != null || freeCount == 0 || held) {
            return;
        }
        if (brake.holds(this)) {
            held = true;
            return;
        }
        long at = System.nanoTime();
        ByteBuf out = null;
        while (freeCount > 0) {
            long due = plan.due(sent, at);
            if (due == Schedule.NEVER) {
                break;
            }
            if (out == null) {
                out = ctx.alloc().heapBuffer(template.bytes().length * freeCount);
            }
            write(out, due);
        }
        if (out != null) {
            var _ = ctx.writeAndFlush(out, ctx.voidPromise());
        }
    }

    private void write(ByteBuf out, long due) {
        int slot = free[--freeCount];
        int sequence = sent++;
        sequences[slot] = sequence;
        intended[slot] = due;
        int at = out.writerIndex();
        out.writeBytes(template.bytes());
        out.setShort(at + template.packetIdAt(), slot);
        Stamp.set(out, at + template.payloadAt(), deliveries.run(), number, sequence, due);
    }

    @Override
    public void packet(int firstByte, ByteBuf body, int length) {
        if (firstByte != MqttOutput.PUBACK || length != 2) {
            return;
        }
        int slot = body.getUnsignedShort(body.readerIndex());
        if (slot == 0 || slot >= sequences.length || sequences[slot] < 0) {
            strangeAcks++;
            return;
        }
        if (now == 0) {
            now = System.nanoTime();
        }
        acknowledged(slot);
    }

    private void acknowledged(int slot) {
        deliveries.acknowledged(number, sequences[slot]);
        Window measured = window;
        if (measured != null) {
            boolean isIn = measured.contains(now);
            acknowledgedInWindow += isIn ? 1 : 0;
            if (schedule instanceof Schedule.Open ? measured.contains(intended[slot]) : isIn) {
                latency.record(now - intended[slot]);
            }
        }
        sequences[slot] = -1;
        free[freeCount++] = slot;
    }

    @Override
    public void readComplete() {
        now = 0;
        fill();
    }

    @Override
    public void ended(String why) {
        if (!opened.completeExceptionally(new BenchFailure(why)) && !leaving && lost == null) {
            lost = why;
        }
    }

    /** Says goodbye; any thread. */
    void leave() {
        execute(() -> {
            ChannelHandlerContext ctx = context;
            leaving = true;
            if (ctx != null && lost == null) {
                var _ = ctx.writeAndFlush(MqttOutput.disconnect(ctx.alloc()), ctx.voidPromise());
                var _ = ctx.close();
            }
        });
    }

    /** What became of it, to be read when its event loop has come to rest. */
    record Outcome(
            long acknowledgedInWindow,
            int unacknowledged,
            int strangeAcks,
            @Nullable String lost) {}

    Outcome outcome() {
        return new Outcome(acknowledgedInWindow, free.length - freeCount, strangeAcks, lost);
    }

    /** Whether its connection broke. Read when the loop has come to rest. */
    boolean isLost() {
        return lost != null;
    }

    /** Whether all that was to be sent was, and was acknowledged; or never will be. Read when the loop has come to rest. */
    boolean isDone() {
        Schedule plan = schedule;
        return lost != null || (plan != null && freeCount == free.length && plan.isOver(sent, System.nanoTime()));
    }
}
