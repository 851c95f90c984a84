package dev.holdfast.store.embedded;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.holdfast.base.Disk;
import dev.holdfast.base.Limits;
import dev.holdfast.store.Log;
import dev.holdfast.store.Log.Entry;
import dev.holdfast.store.Receipt;
import dev.holdfast.store.StoreException;
import dev.holdfast.testkit.ForgetfulDisk;
import dev.holdfast.testkit.TestClock;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.RepetitionInfo;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A log whose medium changed some bytes: what is damaged is never returned, and costs no more than itself. */
@Timeout(value = 60, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
final class EmbeddedLogDamageTest {
    private static final Path DIRECTORY = Path.of("/log");
    private static final Pattern GO_ON_AT = Pattern.compile("reading can go on at offset (\\d+)$");

    private final TestClock clock = new TestClock(Instant.parse("2026-11-22T10:00:00Z"));
    private final ForgetfulDisk disk = new ForgetfulDisk(1);

    private Log open() {
        return open(disk);
    }

    private Log open(Disk on) {
        Limits.Storage limits = new Limits.Storage(8000, 256, 64 * 1024, 8, 1024);
        return EmbeddedLog.open(on, DIRECTORY, 1, 1024 * 1024, limits, clock);
    }

    /** Stores records, each in a batch of its own, and returns them. */
    private List<String> store(Log log, int count) {
        List<String> records = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            String record = "record " + i + "=".repeat(i * 37 % 400);
            Receipt receipt = new Receipt();
            log.append(0, record.getBytes(UTF_8), receipt);
            receipt.await();
            clock.advance(Duration.ofMillis(10));
            records.add(record);
        }
        return records;
    }

    private List<Path> segments() throws IOException {
        return disk.list(DIRECTORY).stream()
                .filter(path -> path.toString().endsWith(".segment"))
                .toList();
    }

    private void flip(Path file, long position, int mask) throws IOException {
        try (Disk.File open = disk.open(file)) {
            ByteBuffer one = ByteBuffer.allocate(1);
            open.read(one, position);
            one.put(0, (byte) (one.get(0) ^ mask)).rewind();
            open.write(one, position);
            open.force();
        }
    }

    /** Reads all that can be read, going on behind each damaged place as the exception says. */
    private static Map<Long, String> readAround(Log log) {
        Map<Long, String> found = new TreeMap<>();
        long from = 0;
        long end = log.extent(0).next();
        while (from < end) {
            try {
                List<Entry> entries = log.read(0, from, 3000);
                assertThat(entries).as("progress from " + from).isNotEmpty();
                for (Entry entry : entries) {
                    assertThat(entry.offset()).as("no gap without an exception").isEqualTo(from);
                    found.put(from++, new String(entry.record(), UTF_8));
                }
            } catch (StoreException damaged) {
                assertThat(damaged).hasMessageContaining(".segment is damaged at byte");
                Matcher goOn = GO_ON_AT.matcher(String.valueOf(damaged.getMessage()));
                assertThat(goOn.find()).as(damaged.getMessage()).isTrue();
                long next = Long.parseLong(goOn.group(1));
                assertThat(next).as("progress").isGreaterThan(from);
                from = next;
            }
        }
        return found;
    }

    @RepeatedTest(40)
    void a_flipped_bit_never_makes_a_wrong_record_and_costs_its_batch_only(RepetitionInfo repetition)
            throws IOException {
        long seed = 1000L * repetition.getCurrentRepetition() + System.nanoTime() % 1000;
        Random random = new Random(seed);
        List<String> records;
        try (Log log = open()) {
            records = store(log, 100);
            List<Path> files = segments();
            assertThat(files).hasSizeGreaterThan(2);
            // Anywhere in the batches; headers of files are another test.
            Path file = files.get(random.nextInt(files.size()));
            long size = sizeOf(file);
            flip(file, SegmentHeader.BYTES + random.nextLong(size - SegmentHeader.BYTES), 1 << random.nextInt(8));
            checkWhatIsLeft(readAround(log), records, seed, 4);
        }
        try (Log log = open()) {
            assertThat(log.extent(0).next()).as("seed %s", seed).isBetween(99L, 100L);
            checkWhatIsLeft(readAround(log), records, seed, 1);
        }
    }

    private long sizeOf(Path file) throws IOException {
        try (Disk.File open = disk.open(file)) {
            return open.size();
        }
    }

    private static void checkWhatIsLeft(Map<Long, String> found, List<String> records, long seed, int lostAtMost) {
        found.forEach((offset, record) ->
                assertThat(record).as("seed %s, offset %s", seed, offset).isEqualTo(records.get(offset.intValue())));
        assertThat(found.size()).as("seed %s", seed).isGreaterThanOrEqualTo(records.size() - lostAtMost);
    }

    @Test
    void damage_in_the_middle_of_the_newest_segment_does_not_cut_off_what_is_behind_it() throws IOException {
        try (Log log = open()) {
            store(log, 8);
        }
        assertThat(segments()).hasSize(1);
        flip(segments().getFirst(), SegmentHeader.BYTES + BatchFormat.HEADER_BYTES + 6, 1);

        try (Log log = open()) {
            assertThat(log.extent(0).next()).isEqualTo(8);
            assertThatThrownBy(() -> log.read(0, 0, 1000))
                    .isInstanceOf(StoreException.class)
                    .hasMessageContaining(segments().getFirst().toString())
                    .hasMessageContaining("damaged at byte " + SegmentHeader.BYTES)
                    .hasMessageContaining("reading can go on at offset 1");
            assertThat(log.read(0, 1, 100_000)).extracting(Entry::offset).containsExactly(1L, 2L, 3L, 4L, 5L, 6L, 7L);
            assertThat(store(log, 1)).hasSize(1);
            assertThat(log.extent(0).next()).isEqualTo(9);
        }
    }

    @Test
    void damage_at_the_end_of_the_newest_segment_is_cut_off() throws IOException {
        long end = SegmentHeader.BYTES;
        int last = 0;
        try (Log log = open()) {
            for (String record : store(log, 5)) {
                last = record.length();
                end += BatchFormat.HEADER_BYTES + Integer.BYTES + last;
            }
        }
        flip(segments().getFirst(), end - 1, 0x80);

        try (Log log = open()) {
            assertThat(log.extent(0).next()).isEqualTo(4);
            assertThat(log.read(0, 0, 100_000)).hasSize(4);
            long cut = end - BatchFormat.HEADER_BYTES - Integer.BYTES - last;
            assertThat(sizeOf(segments().getFirst())).isEqualTo(cut);
            store(log, 1);
            assertThat(log.read(0, 4, 100_000)).hasSize(1);
        }
    }

    @Test
    void an_older_segment_that_lost_its_end_says_which_records_are_gone() throws IOException {
        try (Log log = open()) {
            store(log, 100);
        }
        Path first = segments().getFirst();
        try (Disk.File file = disk.open(first)) {
            file.truncate(file.size() - 10);
            file.force();
        }
        long nextSegment =
                Long.parseLong(segments().get(1).getFileName().toString().substring(5, 24));
        try (Log log = open()) {
            assertThat(log.read(0, 0, 100_000)).hasSize((int) nextSegment - 1);
            assertThatThrownBy(() -> log.read(0, nextSegment - 1, 1000))
                    .isInstanceOf(StoreException.class)
                    .hasMessageContaining("reading can go on at offset " + nextSegment);
            assertThat(log.read(0, nextSegment, 1).getFirst().offset()).isEqualTo(nextSegment);
        }
    }

    @Test
    void a_record_that_looks_like_a_batch_is_not_taken_for_one_behind_a_damaged_place() throws IOException {
        Path segment;
        long at = SegmentHeader.BYTES;
        byte[] trap;
        try (Log log = open()) {
            store(log, 1);
            segment = segments().getFirst();
            trap = batchWithoutTheMark();
            Receipt receipt = new Receipt();
            log.append(0, trap, receipt);
            receipt.await();
        }
        // Damage the batch that carries the trap, in its header.
        at += BatchFormat.HEADER_BYTES + Integer.BYTES + "record 0".length();
        flip(segment, at + 20, 1);

        try (Log log = open()) {
            assertThat(log.extent(0).next())
                    .as("the damaged end is cut, the trap with it")
                    .isEqualTo(1);
        }
    }

    /** What a device can make: everything right but the mark, which it cannot know. */
    private static byte[] batchWithoutTheMark() {
        ByteBuffer batch = ByteBuffer.allocate(200);
        BatchFormat.begin(batch);
        BatchFormat.add(batch, "forged".getBytes(UTF_8));
        BatchFormat.finish(batch, 0x4846_4241_5443_4831L, 1, 1, 1);
        byte[] bytes = new byte[batch.remaining()];
        batch.get(bytes);
        return bytes;
    }

    @Test
    void a_damaged_header_is_named_and_nothing_is_touched() throws IOException {
        try (Log log = open()) {
            store(log, 100);
        }
        List<Path> files = segments();
        for (Path file : List.of(files.getFirst(), files.getLast())) {
            flip(file, 17, 4);
            assertThatThrownBy(this::open)
                    .isInstanceOf(StoreException.class)
                    .hasMessageContaining(file.toString())
                    .hasMessageContaining("restore");
            flip(file, 17, 4);
        }
        try (Log log = open()) {
            assertThat(readAround(log)).hasSize(100);
        }
    }

    @Test
    void a_log_without_its_header_or_a_partition_is_refused() throws IOException {
        try (Log log = open()) {
            store(log, 3);
        }
        Path header = DIRECTORY.resolve(LogHeader.FILE_NAME);
        flip(header, 13, 1);
        assertThatThrownBy(this::open)
                .isInstanceOf(StoreException.class)
                .hasMessageContaining("log.header is missing or damaged");
        flip(header, 13, 1);

        disk.delete(segments().getFirst());
        assertThatThrownBy(this::open).isInstanceOf(StoreException.class).hasMessageContaining("has no segment");
    }

    @Test
    void a_format_of_a_newer_release_is_refused() throws IOException {
        try (Log log = open()) {
            store(log, 3);
        }
        Path header = DIRECTORY.resolve(LogHeader.FILE_NAME);
        ByteBuffer newer = ByteBuffer.allocate(20)
                .putLong(0x4846_4C4F_4748_4452L)
                .putInt(2)
                .putInt(1);
        CRC32C crc = new CRC32C();
        crc.update(newer.slice(0, 16));
        newer.putInt((int) crc.getValue()).rewind();
        try (Disk.File file = disk.open(header)) {
            file.write(newer, 0);
        }
        assertThatThrownBy(this::open)
                .isInstanceOf(StoreException.class)
                .hasMessageContaining("has format 2")
                .hasMessageContaining("start the release that wrote it");
    }
}
