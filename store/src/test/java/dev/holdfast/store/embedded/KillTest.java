package dev.holdfast.store.embedded;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.base.Disk;
import dev.holdfast.base.Limits;
import dev.holdfast.store.Log;
import dev.holdfast.store.Log.Entry;
import dev.holdfast.store.Table;
import java.io.BufferedReader;
import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A process that is killed while it writes: what it was told is stored is there, and its store opens again. */
@Timeout(value = 120, unit = TimeUnit.SECONDS)
final class KillTest {
    private static final Limits.Storage LIMITS = Limits.defaults().storage();

    @TempDir
    Path directory;

    private final Map<String, Long> rows = new HashMap<>();
    private final Map<String, String> records = new HashMap<>();

    @Test
    void every_acknowledged_row_and_record_survives_kill_9() throws Exception {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        for (int round = 0; round < 5; round++) {
            writeAndKill(round, 200 + random.nextInt(3000));
            checkTable(seed);
            checkLog(seed);
        }
    }

    /** Kills the process after so many acknowledgements; those that are still in the pipe count too. */
    private void writeAndKill(int round, int acknowledgements) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(
                        ProcessHandle.current().info().command().orElseThrow(),
                        "--enable-native-access=ALL-UNNAMED",
                        "-Xmx128m",
                        "-cp",
                        System.getProperty("java.class.path"),
                        WriteUntilKilled.class.getName(),
                        directory.toString(),
                        String.valueOf(round))
                .redirectError(Redirect.INHERIT)
                .start();
        int rowsBefore = rows.size();
        int recordsBefore = records.size();
        try (BufferedReader lines = process.inputReader(UTF_8)) {
            int seen = 0;
            boolean killed = false;
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                // The last line may be cut: then it is no acknowledgement that anybody saw.
                learn(line);
                seen++;
                boolean both = rows.size() > rowsBefore && records.size() > recordsBefore;
                if (seen >= acknowledgements && both && !killed) {
                    // Through the handle: the process itself would close the pipe, and what is in it would be lost to
                    // us.
                    process.toHandle().destroyForcibly();
                    killed = true;
                }
            }
            assertThat(killed).as("the process ended by itself").isTrue();
        } finally {
            process.destroyForcibly().waitFor();
        }
    }

    private void learn(String line) {
        String[] words = line.split(" ", -1);
        switch (words[0]) {
            case "row" -> {
                if (words.length == 3 && !words[2].isEmpty()) {
                    rows.put(words[1], Long.valueOf(words[2]));
                }
            }
            case "record" -> {
                if (words.length == 4) {
                    records.put(words[1] + " " + words[2], words[3]);
                }
            }
            case "failed" -> throw new AssertionError(line);
            default -> {}
        }
    }

    private void checkTable(long seed) {
        try (Table table = EmbeddedTable.open(directory.resolve("state.db"), LIMITS)) {
            Set<Long> versions = new HashSet<>();
            rows.forEach((key, version) -> {
                Table.Row row = table.get("hub1", "device", key)
                        .orElseThrow(() -> new AssertionError("row " + key + " is missing, seed " + seed));
                assertThat(new String(row.value(), UTF_8)).isEqualTo(key);
                // A number that was cut off in the pipe begins the true one.
                assertThat(String.valueOf(row.version())).startsWith(String.valueOf(version));
                assertThat(versions.add(row.version())).as("each version once").isTrue();
            });
        }
    }

    private void checkLog(long seed) {
        try (Log log = EmbeddedLog.open(
                Disk.real(), directory.resolve("log"), 2, 1024 * 1024, LIMITS, InstantSource.system())) {
            Map<String, String> found = new HashMap<>();
            for (int partition = 0; partition < 2; partition++) {
                long from = 0;
                List<Entry> entries = log.read(partition, from, 1024 * 1024);
                while (!entries.isEmpty()) {
                    for (Entry entry : entries) {
                        assertThat(entry.offset()).isEqualTo(from++);
                        found.put(partition + " " + entry.offset(), new String(entry.record(), UTF_8));
                    }
                    entries = log.read(partition, from, 1024 * 1024);
                }
            }
            records.forEach((place, record) -> assertThat(String.valueOf(found.get(place)))
                    .as("record at %s, seed %s", place, seed)
                    .startsWith(record));
        }
    }
}
