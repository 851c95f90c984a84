package dev.holdfast.insight.dryrun;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.base.Limits;
import dev.holdfast.insight.fleet.Fleet;
import dev.holdfast.insight.fleet.FleetQuery;
import dev.holdfast.insight.fleet.Hellos;
import dev.holdfast.insight.fleet.Sighting;
import dev.holdfast.store.embedded.EmbeddedTable;
import dev.holdfast.testkit.TestClock;
import dev.holdfast.tls.hello.HelloShape;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Measures 100,000 devices; no test, since it says nothing of right and wrong, and run by hand:
 * {@code mvn test -pl insight -am -Dtest=FleetScaleMeasure -Dsurefire.failIfNoSpecifiedTests=false}.
 */
class FleetScaleMeasure {
    private static final int DEVICES = 100_000;
    private static final Instant NOW = Instant.parse("2026-11-22T10:00:00Z");
    private static final List<HelloShape> SHAPES = Stream.concat(
                    Stream.of(Hellos.cbc(), Hellos.old()),
                    IntStream.range(0, 50).mapToObj(Hellos::number))
            .toList();

    @TempDir
    Path directory;

    @Test
    void a_hundred_thousand_devices() {
        long before = usedBytes();
        try (EmbeddedTable table = open()) {
            Fleet fleet = new Fleet(table, Limits.defaults().insight(), new TestClock(NOW));
            long begun = System.nanoTime();
            for (int i = 0; i < DEVICES; i++) {
                fleet.accept(Sighting.of(NOW, "device-%06d".formatted(i))
                        .from("10.%d.%d.%d".formatted(i >> 16, (i >> 8) & 255, i & 255))
                        .offering(i % 10 == 0 ? SHAPES.get(i / 10 % 2) : SHAPES.get(2 + i % 50))
                        .connected());
            }
            tell("taken, with making the connections", begun);
            begun = System.nanoTime();
            fleet.flush();
            tell("written (the rest)", begun);
            fleet.close();
        }
        try (EmbeddedTable table = open()) {
            long begun = System.nanoTime();
            String after = "";
            for (var rows = table.list("fleet", "device", after, 1000);
                    !rows.isEmpty();
                    rows = table.list("fleet", "device", after, 1000)) {
                after = rows.getLast().key();
            }
            tell("rows alone", begun);
            begun = System.nanoTime();
            Fleet fleet = new Fleet(table, Limits.defaults().insight(), new TestClock(NOW));
            tell("begun to read", begun);
            assertThat(fleet.get("hub1", "nobody")).isEmpty();
            tell("read", begun);
            System.out.printf("%.0f bytes of heap a device%n", (usedBytes() - before) / (double) DEVICES);
            for (int i = 0; i < 5; i++) {
                begun = System.nanoTime();
                DryRun run = DryRun.of(
                        fleet, TestPath.of("hub-2025", "hub-2025"), TestPath.of("hub-2025", "modern"), NOW, _ -> true);
                tell("dry run", begun);
                assertThat(run.failing()).hasSize(DEVICES / 10);
            }
            begun = System.nanoTime();
            assertThat(fleet.summary(FleetQuery.of("hub1")).devices()).isEqualTo(DEVICES);
            tell("summary", begun);
            fleet.close();
        }
    }

    private EmbeddedTable open() {
        return EmbeddedTable.open(
                directory.resolve("insight.db"), Limits.defaults().storage());
    }

    private static void tell(String what, long begun) {
        System.out.printf("%s: %d ms%n", what, (System.nanoTime() - begun) / 1_000_000);
    }

    private static long usedBytes() {
        for (int i = 0; i < 3; i++) {
            System.gc();
        }
        return Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory();
    }
}
