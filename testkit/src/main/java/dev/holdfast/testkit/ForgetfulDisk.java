package dev.holdfast.testkit;

import dev.holdfast.base.Disk;
import dev.holdfast.testkit.FileContent.Change;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * A disk in memory that forgets at a power failure what was not forced, as a real one may.
 *
 * <p>Bytes and sizes last from {@link Disk.File#force} on, new and deleted names from {@link #forceDirectory} on;
 * directories last at once. What was not forced is gone after {@link #crash}; after {@link #crashTorn} some of it is
 * there, whole or in sectors of 512 bytes, as a seed decides. It can also run full, fail to force, and lose power in
 * the middle of an operation.
 *
 * <p>A force that fails does what Linux does: what was waiting is on the medium or not, and a later force does not
 * bring it there, although it can still be read until the crash.
 *
 * <p>Any thread. A test that fails prints the seed that it made this with.
 */
public final class ForgetfulDisk implements Disk {
    private static final class Node {
        private FileContent now = new FileContent();
        private FileContent forced = new FileContent();
        private final List<Change> unforced = new ArrayList<>();

        void change(Change change) {
            now.apply(change);
            unforced.add(change);
        }

        void force() {
            unforced.forEach(forced::apply);
            unforced.clear();
        }

        Node copy() {
            Node node = new Node();
            node.now = now.copy();
            node.forced = forced.copy();
            node.unforced.addAll(unforced);
            return node;
        }

        /** What survives on the medium, torn when there is chance. */
        Node afterCrash(@Nullable Random chance) {
            Node node = new Node();
            node.forced = forced.copy();
            if (chance != null) {
                unforced.forEach(change -> node.forced.applyTorn(change, chance));
            }
            node.now = node.forced.copy();
            return node;
        }
    }

    /** A name that was given or, without a node, taken away. */
    private record NameChange(Path path, @Nullable Node node) {}

    private static final int NEVER = Integer.MAX_VALUE;

    private final Random random;
    private final Map<Path, Node> names = new TreeMap<>();
    private final Map<Path, Node> forcedNames = new HashMap<>();
    private final List<NameChange> unforcedNames = new ArrayList<>();
    private long capacityBytes = Long.MAX_VALUE;
    private long usedBytes;
    private int forcesToFail;
    private int operationsUntilPowerFails = NEVER;
    private boolean powerIsOff;
    private volatile Runnable beforeForce = () -> {};

    public ForgetfulDisk(long seed) {
        this.random = new Random(seed);
    }

    /** Ends this disk; the new one holds exactly what was forced. */
    public synchronized ForgetfulDisk crash() {
        powerIsOff = true;
        return survivor(null);
    }

    /** Ends this disk; the new one holds what was forced and, as chance has it, parts of what was not. */
    public synchronized ForgetfulDisk crashTorn() {
        powerIsOff = true;
        return survivor(random);
    }

    /**
     * Ends this disk as for a process that is killed while the machine goes on: the new one holds everything that was
     * written, forced or not, and may still forget the latter.
     */
    public synchronized ForgetfulDisk processKilled() {
        powerIsOff = true;
        ForgetfulDisk disk = new ForgetfulDisk(random.nextLong());
        IdentityHashMap<Node, Node> copies = new IdentityHashMap<>();
        names.forEach((path, node) -> disk.names.put(path, copies.computeIfAbsent(node, Node::copy)));
        forcedNames.forEach((path, node) -> disk.forcedNames.put(path, copies.computeIfAbsent(node, Node::copy)));
        for (NameChange change : unforcedNames) {
            Node node = change.node();
            disk.unforcedNames.add(
                    new NameChange(change.path(), node == null ? null : copies.computeIfAbsent(node, Node::copy)));
        }
        disk.usedBytes = usedBytes;
        return disk;
    }

    /** What {@link #crash} would leave, while this disk goes on. */
    public synchronized ForgetfulDisk survivor() {
        return survivor(null);
    }

    /** Fails writes once all files together would be larger; a write fills what is left before it fails. */
    public synchronized void capacity(long bytes) {
        capacityBytes = bytes;
    }

    public synchronized long usedBytes() {
        return usedBytes;
    }

    /** Fails the next forces of files. */
    public synchronized void failForces(int count) {
        forcesToFail = count;
    }

    /** Calls {@code hook} on the forcing thread before each force of a file; a hook that waits holds the force up. */
    public void beforeForce(Runnable hook) {
        beforeForce = hook;
    }

    /**
     * Lets the power fail within the operation that comes after {@code operations} more: writes, forces and changes
     * of size or name count, reads don't. That operation and all that follow throw.
     */
    public synchronized void failPowerAfter(int operations) {
        operationsUntilPowerFails = operations;
    }

    public synchronized boolean powerIsOff() {
        return powerIsOff;
    }

    private ForgetfulDisk survivor(@Nullable Random chance) {
        ForgetfulDisk disk = new ForgetfulDisk(chance == null ? 0 : chance.nextLong());
        Map<Path, Node> left = new TreeMap<>(forcedNames);
        if (chance != null) {
            for (NameChange change : unforcedNames) {
                if (chance.nextBoolean()) {
                    rename(left, change);
                }
            }
        }
        left.forEach((path, node) -> {
            Node copy = node.afterCrash(chance);
            disk.names.put(path, copy);
            disk.forcedNames.put(path, copy);
            disk.usedBytes += copy.now.size();
        });
        return disk;
    }

    private static void rename(Map<Path, Node> names, NameChange change) {
        Node node = change.node();
        if (node == null) {
            names.remove(change.path());
        } else {
            names.put(change.path(), node);
        }
    }

    @Override
    public synchronized File open(Path file) throws IOException {
        requirePower();
        Node node = names.get(file);
        if (node == null) {
            node = new Node();
            rename(new NameChange(file, node));
        }
        return new OpenFile(file, node);
    }

    @Override
    public synchronized List<Path> list(Path directory) throws IOException {
        requirePower();
        return names.keySet().stream()
                .filter(file -> directory.equals(file.getParent()))
                .toList();
    }

    @Override
    public synchronized void createDirectories(Path directory) throws IOException {
        requirePower();
    }

    @Override
    public synchronized void delete(Path file) throws IOException {
        requirePower();
        Node node = names.get(file);
        if (node != null) {
            usedBytes -= node.now.size();
            rename(new NameChange(file, null));
        }
    }

    private void rename(NameChange change) throws IOException {
        rename(names, change);
        unforcedNames.add(change);
        countOperation();
    }

    @Override
    public synchronized void forceDirectory(Path directory) throws IOException {
        requirePower();
        countOperation();
        unforcedNames.removeIf(change -> {
            boolean here = directory.equals(change.path().getParent());
            if (here) {
                rename(forcedNames, change);
            }
            return here;
        });
    }

    private void requirePower() throws IOException {
        if (powerIsOff) {
            throw new IOException("the power is off");
        }
    }

    private void countOperation() throws IOException {
        if (operationsUntilPowerFails != NEVER && operationsUntilPowerFails-- == 0) {
            powerIsOff = true;
            throw new IOException("the power failed");
        }
    }

    private final class OpenFile implements File {
        private final Path path;
        private final Node node;
        private boolean closed;

        private OpenFile(Path path, Node node) {
            this.path = path;
            this.node = node;
        }

        @Override
        public int read(ByteBuffer into, long position) throws IOException {
            synchronized (ForgetfulDisk.this) {
                requireUsable();
                return node.now.read(into, position);
            }
        }

        @Override
        public void write(ByteBuffer from, long position) throws IOException {
            synchronized (ForgetfulDisk.this) {
                requireUsable();
                long growth = Math.max(0, position + from.remaining() - node.now.size());
                long missing = Math.max(0, Math.min(growth, usedBytes + growth - capacityBytes));
                byte[] bytes = new byte[Math.max(0, (int) (from.remaining() - missing))];
                from.get(bytes);
                if (bytes.length > 0) {
                    usedBytes += growth - missing;
                    node.change(new Change.Write(position, bytes));
                }
                countOperation();
                if (missing > 0) {
                    throw new IOException("No space left on device");
                }
            }
        }

        @Override
        public void force() throws IOException {
            beforeForce.run();
            synchronized (ForgetfulDisk.this) {
                requireUsable();
                countOperation();
                if (forcesToFail > 0) {
                    forcesToFail--;
                    node.unforced.forEach(change -> node.forced.applyTorn(change, random));
                    node.unforced.clear();
                    throw new IOException("Input/output error");
                }
                node.force();
            }
        }

        @Override
        public void truncate(long size) throws IOException {
            synchronized (ForgetfulDisk.this) {
                requireUsable();
                usedBytes += size - node.now.size();
                node.change(new Change.Resize(size));
                countOperation();
            }
        }

        @Override
        public long size() throws IOException {
            synchronized (ForgetfulDisk.this) {
                requireUsable();
                return node.now.size();
            }
        }

        @Override
        public void close() {
            synchronized (ForgetfulDisk.this) {
                closed = true;
            }
        }

        private void requireUsable() throws IOException {
            requirePower();
            if (closed) {
                throw new IOException(path + " is closed");
            }
        }
    }
}
