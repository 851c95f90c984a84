package dev.holdfast.store.embedded;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.holdfast.base.Disk;
import dev.holdfast.base.Limits;
import dev.holdfast.store.Log;
import dev.holdfast.store.StoreException;
import dev.holdfast.store.Table;
import java.io.PrintStream;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.concurrent.CountDownLatch;

/**
 * A process of its own that writes to a table and a log without end, from several threads, and prints each row and
 * record after it was acknowledged. {@link KillTest} kills it.
 */
final class WriteUntilKilled {
    private static final int THREADS = 4;

    private WriteUntilKilled() {}

    public static void main(String[] arguments) {
        Path directory = Path.of(arguments[0]);
        String run = arguments[1];
        Limits.Storage limits = Limits.defaults().storage();
        // println of a PrintStream is one write under one lock: a line is never mixed with another.
        PrintStream out = new PrintStream(System.out, true, UTF_8);
        Table table = EmbeddedTable.open(directory.resolve("state.db"), limits);
        Log log =
                EmbeddedLog.open(Disk.real(), directory.resolve("log"), 2, 1024 * 1024, limits, InstantSource.system());
        for (int thread = 0; thread < THREADS; thread++) {
            String prefix = run + "-" + thread + "-";
            Thread.ofVirtual().start(() -> {
                for (int i = 0; ; i++) {
                    String key = prefix + i;
                    Table.Row row =
                            table.transact("hub1", transaction -> transaction.put("device", key, key.getBytes(UTF_8)));
                    out.println("row " + key + " " + row.version());
                }
            });
        }
        for (int i = 0; ; i++) {
            append(log, i % 2, run + "-" + i, i % 50 == 0, out);
        }
    }

    private static void append(Log log, int partition, String record, boolean waits, PrintStream out) {
        CountDownLatch done = new CountDownLatch(1);
        boolean more = log.append(partition, record.getBytes(UTF_8), new Log.Appended() {
            @Override
            public void stored(long offset, Instant time) {
                out.println("record " + partition + " " + offset + " " + record);
                done.countDown();
            }

            @Override
            public void failed(StoreException why) {
                out.println("failed " + why.getMessage());
                done.countDown();
            }
        });
        if (waits || !more) {
            try {
                done.await();
            } catch (InterruptedException ended) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
