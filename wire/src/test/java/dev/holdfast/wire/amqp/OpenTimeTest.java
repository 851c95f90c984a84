package dev.holdfast.wire.amqp;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.base.Limits;
import dev.holdfast.wire.Connection;
import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The time that the defaults give a client until its open is whole, with the time in the test's hands. */
class OpenTimeTest {
    private final EmbeddedChannel channel = new EmbeddedChannel();
    private final List<AmqpRefusal> refusals = new ArrayList<>();

    OpenTimeTest() {
        channel.freezeTime();
        Connection connection = Connection.accept(
                channel, "amqp", new InetSocketAddress(InetAddress.getLoopbackAddress(), 1), Instant.EPOCH);
        new AmqpServer(List.of(new ScriptedFace()), Limits.defaults(), _ -> false, (_, why) -> {
                    refusals.add(why);
                    return "report-1";
                })
                .mount(connection);
    }

    @AfterEach
    void release() {
        channel.finishAndReleaseAll();
    }

    private void pass(Duration time) {
        channel.advanceTimeBy(time.toNanos(), TimeUnit.NANOSECONDS);
        channel.runScheduledPendingTasks();
        channel.runPendingTasks();
    }

    private void send(byte... bytes) {
        channel.writeInbound(Unpooled.copiedBuffer(bytes));
        channel.runPendingTasks();
    }

    private void assertLateAtFifteenSeconds(Duration passed) {
        pass(Duration.ofSeconds(15).minus(passed).minusMillis(1));
        assertThat(refusals).isEmpty();
        assertThat(channel.isOpen()).isTrue();
        pass(Duration.ofMillis(1));
        assertThat(refusals).containsExactly(new AmqpRefusal.OpenLate(Duration.ofSeconds(15)));
        // A peer has a second to read the reason.
        pass(Duration.ofSeconds(1));
        assertThat(channel.isOpen()).isFalse();
    }

    @Test
    void silence() {
        assertLateAtFifteenSeconds(Duration.ZERO);
    }

    @Test
    void a_header_and_then_silence() {
        send(ProtocolHeader.of(ProtocolHeader.AMQP));
        assertLateAtFifteenSeconds(Duration.ZERO);
    }

    @Test
    void a_late_header_buys_no_more_time() {
        pass(Duration.ofSeconds(14));
        send(ProtocolHeader.of(ProtocolHeader.AMQP));
        assertLateAtFifteenSeconds(Duration.ofSeconds(14));
    }

    @Test
    void a_header_of_sasl_buys_no_more_time_either() {
        pass(Duration.ofSeconds(10));
        send(ProtocolHeader.of(ProtocolHeader.SASL));
        assertLateAtFifteenSeconds(Duration.ofSeconds(10));
    }

    @Test
    void an_open_that_drips() {
        send(ProtocolHeader.of(ProtocolHeader.AMQP));
        send((byte) 0, (byte) 0, (byte) 2, (byte) 0, (byte) 2);
        for (int i = 0; i < 14; i++) {
            send((byte) 0);
            pass(Duration.ofSeconds(1));
        }
        assertLateAtFifteenSeconds(Duration.ofSeconds(14));
    }

    @Test
    void who_went_away_is_not_late() {
        var _ = channel.close();
        channel.runPendingTasks();
        pass(Duration.ofMinutes(1));
        assertThat(refusals).isEmpty();
    }
}
