package dev.holdfast.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.server.monitor.Health;
import java.io.IOException;
import org.junit.jupiter.api.Test;

/** A disk without room is told by the health page before a message is refused, and no longer when there is room again. */
final class DiskSpaceTest {
    private static final int MIN_BYTES = 16 * 1024 * 1024;

    private long usableBytes = 1L << 40;
    private boolean broken;
    private final Health health = new Health();
    private final DiskSpace space = new DiskSpace(this::usable, MIN_BYTES);

    private long usable() throws IOException {
        if (broken) {
            throw new IOException("broken");
        }
        return usableBytes;
    }

    private Health.State look() {
        space.look();
        return health.state();
    }

    @Test
    void a_full_disk_is_no_ready_installation_until_there_is_room_again() {
        health.watch(space);
        health.ready();
        assertThat(look().status()).isEqualTo("ready");
        usableBytes = MIN_BYTES - 1;
        assertThat(look().status()).isEqualTo("failing");
        assertThat(health.state().reason()).contains("15 MB left", "make room");
        usableBytes = MIN_BYTES;
        assertThat(look().status()).isEqualTo("ready");
    }

    @Test
    void a_disk_that_does_not_answer_is_told_too() {
        health.watch(space);
        health.ready();
        broken = true;
        assertThat(look().status()).isEqualTo("failing");
        assertThat(health.state().reason()).contains("disk").doesNotContain("Exception");
    }
}
