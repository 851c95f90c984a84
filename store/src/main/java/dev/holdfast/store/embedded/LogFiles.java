package dev.holdfast.store.embedded;

import dev.holdfast.base.Disk;
import dev.holdfast.base.Limits;
import dev.holdfast.store.StoreException;
import dev.holdfast.store.embedded.Partition.Durable;
import dev.holdfast.store.embedded.SegmentScan.Damage;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What stands in a log's directory: makes it on the first start, and finds out after any other where each partition
 * ends.
 *
 * <p>Only the newest segment of a partition is read through; the others were whole before it was begun. What is
 * damaged in the middle stays and is told by reads; what is unfinished at the end is cut off.
 */
final class LogFiles {
    private static final Logger LOG = LoggerFactory.getLogger(LogFiles.class);

    private final Disk disk;
    private final Path directory;
    private final int partitions;
    private final Limits.Storage limits;
    private final List<Disk.File> opened = new ArrayList<>();

    LogFiles(Disk disk, Path directory, int partitions, Limits.Storage limits) {
        this.disk = disk;
        this.directory = directory;
        this.partitions = partitions;
        this.limits = limits;
    }

    List<Partition> open() throws IOException {
        try {
            disk.createDirectories(directory);
            LogHeader header = LogHeader.read(disk, directory);
            if (header == null) {
                makeNew();
            } else if (header.partitions() != partitions) {
                throw new StoreException("the log in " + directory + " has " + header.partitions() + " partitions, and "
                        + partitions + " were asked for: the number cannot change");
            }
            List<Partition> result = new ArrayList<>();
            for (int partition = 0; partition < partitions; partition++) {
                result.add(open(partition));
            }
            // Names that came through a crash by luck must be there for good before anything is built on them.
            disk.forceDirectory(directory);
            return List.copyOf(result);
        } catch (IOException | RuntimeException failed) {
            for (Disk.File file : opened) {
                file.close();
            }
            throw failed;
        }
    }

    /** Makes the first segments, then the header that says so: without it nothing was ever stored here. */
    private void makeNew() throws IOException {
        for (Path file : disk.list(directory)) {
            if (SegmentName.of(file) != null) {
                requireEmpty(file);
                disk.delete(file);
            }
        }
        SecureRandom random = new SecureRandom();
        for (int partition = 0; partition < partitions; partition++) {
            Segment.create(disk, directory, new SegmentHeader(partition, 0, 0, random.nextLong()), limits)
                    .close();
        }
        new LogHeader(partitions).write(disk, directory);
    }

    private void requireEmpty(Path path) throws IOException {
        try (Disk.File file = disk.open(path)) {
            if (!SegmentScan.isZero(file, SegmentHeader.BYTES, file.size())) {
                throw new StoreException(directory.resolve(LogHeader.FILE_NAME) + " is missing or damaged, but " + path
                        + " has records: restore it from a backup");
            }
        }
    }

    private Partition open(int partition) throws IOException {
        List<Path> paths = new ArrayList<>();
        for (Path file : disk.list(directory)) {
            SegmentName name = SegmentName.of(file);
            if (name != null && name.partition() == partition) {
                paths.add(file);
            }
        }
        if (paths.size() > 1 && isUnfinished(paths.getLast())) {
            LOG.info("{} was begun when the log ended, and is removed", paths.getLast());
            disk.delete(paths.removeLast());
            disk.forceDirectory(directory);
        }
        if (paths.isEmpty()) {
            throw new StoreException(
                    "partition " + partition + " in " + directory + " has no segment: restore it from a backup");
        }
        List<Segment> segments = new ArrayList<>();
        for (Path path : paths.subList(0, paths.size() - 1)) {
            Disk.File file = openFile(path);
            segments.add(Segment.sealed(path, file, header(path, file), limits));
        }
        Path newest = paths.getLast();
        Disk.File file = openFile(newest);
        SegmentHeader header = header(newest, file);
        SegmentScan scan = SegmentScan.of(file, header, limits.indexEveryBytes());
        report(newest, scan);
        segments.add(Segment.resumed(newest, file, header, limits, scan));
        Durable durable = new Durable(scan.nextOffset(), scan.lastTimeMillis());
        return new Partition(disk, directory, partition, limits, segments, durable);
    }

    private static void report(Path path, SegmentScan scan) {
        if (!scan.zerosAfterEnd()) {
            LOG.info("{}: an unfinished batch at byte {} is cut off", path, scan.end());
        }
        for (Damage damage : scan.damages()) {
            LOG.error(
                    "{} is damaged at byte {}: records {} to {} cannot be read",
                    path,
                    damage.position(),
                    damage.fromOffset(),
                    damage.toOffset() - 1);
        }
    }

    /** Whether a crash came before the header was forced: then there is none, and nothing behind it. */
    private boolean isUnfinished(Path path) throws IOException {
        try (Disk.File file = disk.open(path)) {
            return readHeader(path, file) == null && SegmentScan.isZero(file, SegmentHeader.BYTES, file.size());
        }
    }

    private Disk.File openFile(Path path) throws IOException {
        Disk.File file = disk.open(path);
        opened.add(file);
        return file;
    }

    private static SegmentHeader header(Path path, Disk.File file) throws IOException {
        SegmentHeader header = readHeader(path, file);
        if (header == null || !new SegmentName(header.partition(), header.baseOffset()).equals(SegmentName.of(path))) {
            throw new StoreException("the header of " + path + " is damaged: restore the file from a backup");
        }
        return header;
    }

    private static @Nullable SegmentHeader readHeader(Path path, Disk.File file) throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate(SegmentHeader.BYTES);
        while (bytes.hasRemaining() && file.read(bytes, bytes.position()) >= 0) {
            // Until the page is whole or the file ends.
        }
        return SegmentHeader.read(bytes.flip(), path);
    }
}
