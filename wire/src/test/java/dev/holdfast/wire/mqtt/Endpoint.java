package dev.holdfast.wire.mqtt;

import static dev.holdfast.wire.mqtt.Bytes.connack;
import static dev.holdfast.wire.mqtt.Bytes.connect;
import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.base.Limits;
import dev.holdfast.wire.Connection;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.TimeUnit;

/** An endpoint on a channel without a socket, whose time and whose blocking work a test controls. */
final class Endpoint {
    final EmbeddedChannel channel = new EmbeddedChannel();
    final FakeFace face = new FakeFace();
    final List<MqttFault> faults = new ArrayList<>();
    private final Queue<Runnable> blockingWork = new ArrayDeque<>();
    private boolean workHeld;

    Endpoint() {
        this(Limits.defaults());
    }

    Endpoint(Limits limits) {
        channel.freezeTime();
        Connection connection = Connection.accept(
                channel, "mqtt", new InetSocketAddress(InetAddress.getLoopbackAddress(), 1), Instant.EPOCH);
        new MqttServer(List.of(face), limits, this::work, (c, connect, fault) -> faults.add(fault)).mount(connection);
    }

    /** One that is past CONNECT. */
    static Endpoint serving() {
        return serving(Limits.defaults());
    }

    static Endpoint serving(Limits limits) {
        Endpoint endpoint = new Endpoint(limits);
        endpoint.send(connect("dev1", "host/dev1", 60));
        assertThat(endpoint.received()).isEqualTo(connack(false, 0));
        return endpoint;
    }

    private void work(Runnable task) {
        if (workHeld) {
            blockingWork.add(task);
        } else {
            task.run();
        }
    }

    /** Blocking work waits until {@link #doWork}. */
    void holdWork() {
        workHeld = true;
    }

    void doWork() {
        workHeld = false;
        blockingWork.forEach(Runnable::run);
        blockingWork.clear();
        channel.runPendingTasks();
    }

    void send(byte... bytes) {
        channel.writeInbound(Unpooled.copiedBuffer(bytes));
        channel.runPendingTasks();
    }

    /** The client goes without a word. */
    void lose() {
        channel.close().syncUninterruptibly();
        channel.runPendingTasks();
    }

    void run() {
        channel.runPendingTasks();
    }

    void pass(Duration time) {
        channel.advanceTimeBy(time.toNanos(), TimeUnit.NANOSECONDS);
        channel.runScheduledPendingTasks();
        channel.runPendingTasks();
    }

    /** Everything that the client got since the last call. */
    byte[] received() {
        Bytes all = new Bytes();
        for (ByteBuf buffer = channel.readOutbound(); buffer != null; buffer = channel.readOutbound()) {
            all.raw(ByteBufUtil.getBytes(buffer));
            buffer.release();
        }
        return all.toArray();
    }

    boolean isReading() {
        return channel.config().isAutoRead();
    }

    void assertClosedWith(MqttFault fault) {
        assertThat(channel.isOpen()).isFalse();
        List<MqttFault> told = new ArrayList<>(faults);
        face.ends.forEach(end -> told.add(end instanceof MqttEnd.Faulted(var why) ? why : null));
        assertThat(told).containsExactly(fault);
    }
}
