package dev.holdfast.tls.report;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.base.Limits;
import dev.holdfast.tls.report.RefusalQuota.Bound;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class RefusalQuotaTest {
    private static final long LATER = Duration.ofMinutes(1).toNanos();

    private final RefusalQuota quota = new RefusalQuota(new Limits.RefusalLines(3, 7, 20, 100, Duration.ofMinutes(1)));

    private static Report report(String address, @Nullable String device, String reason) {
        return new Report(
                Instant.EPOCH,
                "mqtt",
                new InetSocketAddress(InetAddress.ofLiteral(address), 4711),
                UUID.randomUUID(),
                null,
                device,
                reason,
                "It was refused.");
    }

    private int admitted(String address, @Nullable String device, String reason, int times) {
        int admitted = 0;
        for (int i = 0; i < times; i++) {
            admitted += quota.admits(report(address, device, reason), 0) ? 1 : 0;
        }
        return admitted;
    }

    @Test
    void ofOneKindThereAreSoMany() {
        assertThat(admitted("192.0.2.1", null, "A", 10)).isEqualTo(3);
        assertThat(quota.over(LATER)).singleElement().satisfies(over -> {
            assertThat(over.bound()).isEqualTo(Bound.KIND);
            assertThat(over.count()).isEqualTo(7);
            assertThat(over.last().reason()).isEqualTo("A");
        });
        assertThat(admitted("192.0.2.1", null, "A", 10)).as("a new minute").isEqualTo(3);
    }

    @Test
    void oneSourceHasItsShareWhateverItDoes() {
        int admitted = 0;
        for (char reason = 'A'; reason <= 'Z'; reason++) {
            admitted += admitted("192.0.2.1", null, String.valueOf(reason), 3);
        }
        assertThat(admitted).isEqualTo(7);
        assertThat(admitted("192.0.2.2", null, "A", 3)).as("somebody else").isEqualTo(3);
        assertThat(quota.over(LATER)).singleElement().satisfies(over -> {
            assertThat(over.bound()).isEqualTo(Bound.SOURCE);
            assertThat(over.count()).isEqualTo(26 * 3 - 7);
        });
    }

    @Test
    void strangersWhoNameNoDeviceLeaveRoomForThoseWhoDo() {
        int admitted = 0;
        for (int i = 1; i <= 20; i++) {
            admitted += admitted("192.0.2." + i, null, "A", 3);
        }
        assertThat(admitted).isEqualTo(20);
        assertThat(admitted("198.51.100.1", null, "A", 1)).isZero();
        assertThat(admitted("198.51.100.1", "d1", "TokenExpired", 1)).isEqualTo(1);
        assertThat(quota.over(LATER)).singleElement().satisfies(over -> {
            assertThat(over.bound()).isEqualTo(Bound.ALL);
            assertThat(over.count()).isEqualTo(41);
        });
    }
}
