package dev.holdfast.tls.listen;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.base.Limits;
import dev.holdfast.base.Live;
import dev.holdfast.testkit.RawHello;
import dev.holdfast.testkit.TestClock;
import dev.holdfast.tls.hello.HelloShapes;
import dev.holdfast.tls.identity.ChainChooser;
import dev.holdfast.tls.identity.ServerIdentities;
import dev.holdfast.tls.policy.Directory;
import dev.holdfast.tls.policy.GroupPreference;
import dev.holdfast.tls.policy.NamedPolicies;
import dev.holdfast.tls.report.Report;
import dev.holdfast.tls.trace.Recordings;
import dev.holdfast.wire.Connection;
import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import java.net.InetSocketAddress;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** One arrival with the handshake's tasks and the time in the test's hands. */
class ArrivalTest {
    private static final Limits LIMITS = Limits.defaults();
    private static final long MAX_MILLIS = LIMITS.arrival().handshakeMaxTime().toMillis();
    private static final Instant NOW = Instant.parse("2026-11-22T10:00:00Z");

    private final List<Report> reports = new ArrayList<>();
    private final Queue<Runnable> tasks = new ArrayDeque<>();
    private final EmbeddedChannel channel = new EmbeddedChannel();
    private final InetSocketAddress client = new InetSocketAddress("192.0.2.1", 40_000);

    ArrivalTest() {
        Directory directory = new Directory(new Live<>(NamedPolicies.standard()));
        Door door = new Door(
                LIMITS,
                directory,
                new ServerIdentities(TestDoor.AUTHORITIES),
                ChainChooser.NONE,
                () -> GroupPreference.X25519,
                new Contexts(LIMITS.tls(), directory),
                new HelloShapes(10),
                tasks::add,
                new Guests(LIMITS.sockets()),
                new Counters(),
                new AtomicBoolean(),
                Recordings.NONE,
                new TestClock(NOW),
                reports::add);
        channel.freezeTime();
        new Arrival(
                        Connection.accept(channel, "amqp", client, NOW),
                        door,
                        new Listener("amqp", LIMITS.arrival(), _ -> {}))
                .begin();
    }

    @AfterEach
    void release() {
        channel.finishAndReleaseAll();
    }

    private void pass(long millis) {
        channel.advanceTimeBy(millis, TimeUnit.MILLISECONDS);
        channel.runScheduledPendingTasks();
    }

    private void send(byte[] bytes) {
        channel.writeInbound(Unpooled.wrappedBuffer(bytes));
    }

    private void runTask() {
        tasks.remove().run();
        channel.runPendingTasks();
    }

    @Test
    void the_deadline_is_that_of_the_limits_and_a_report_says_who_when_and_where() {
        // Not to the last millisecond: what passed on the real clock since accept is not given a second time.
        pass(MAX_MILLIS / 2);
        assertThat(reports).isEmpty();
        assertThat(channel.isOpen()).isTrue();

        pass(MAX_MILLIS - MAX_MILLIS / 2);
        assertThat(channel.isOpen()).isFalse();
        assertThat(reports).hasSize(1).allSatisfy(report -> {
            assertThat(report.time()).isEqualTo(NOW);
            assertThat(report.listener()).isEqualTo("amqp");
            assertThat(report.remoteAddress()).isEqualTo(client);
            assertThat(report.reason()).isEqualTo("HelloTooSlow");
        });
    }

    @Test
    void a_handshake_that_waits_for_this_server_does_not_blame_the_client() {
        send(RawHello.tls12().record());
        assertThat(tasks).hasSize(1);

        pass(MAX_MILLIS);

        assertThat(reports).extracting(Report::reason).containsExactly("ServerBusy");
    }

    @Test
    void the_socket_is_not_read_while_a_task_runs() {
        send(RawHello.tls12().record());
        assertThat(channel.config().isAutoRead()).isFalse();

        runTask();
        assertThat(channel.config().isAutoRead()).isTrue();

        pass(MAX_MILLIS);
        assertThat(reports).extracting(Report::reason).containsExactly("HandshakeTooSlow");
    }

    @Test
    void what_looks_like_a_second_handshake_before_the_first_is_done_is_one_report() {
        send(RawHello.tls12().record());
        runTask();

        // ChangeCipherSpec, and two handshake records in one go.
        byte[] two = new byte[2 * 45];
        byte[] one = RawHello.record(22, new byte[40]);
        System.arraycopy(one, 0, two, 0, 45);
        System.arraycopy(one, 0, two, 45, 45);
        byte[] change = RawHello.record(20, new byte[] {1});
        byte[] all = Arrays.copyOf(change, change.length + two.length);
        System.arraycopy(two, 0, all, change.length, two.length);
        send(all);
        while (!tasks.isEmpty()) {
            runTask();
        }

        assertThat(reports).extracting(Report::reason).containsExactly("RenegotiationRefused");
    }
}
