package dev.holdfast.pki;

import dev.holdfast.base.Limits;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The roots of one key type, each with its key: {@code root.pem}, {@code reserve.pem}, and those that were primary in
 * {@code former}, named by their SHA-256.
 *
 * <p>A change is made of steps, each whole on the disk before the next. What a crash leaves between two is a root under two names,
 * which reading sets right: the primary one is nothing else besides.
 */
final class RootFiles {
    private static final String SUFFIX = ".pem";
    /** Nobody trusts a primary root much longer than a reserve that was made that soon behind it. */
    private static final Duration MADE_TOGETHER = Duration.ofHours(1);

    private static final Duration NEW = Duration.ofDays(1);

    /** @param file where it is */
    record Held(TrustedRoot.Role role, Path file, KeyAndCertificate pair) {
        TrustedRoot in(ServerSlot slot) {
            return new TrustedRoot(role, slot, pair.certificate());
        }
    }

    private final Path directory;
    private final ServerSlot slot;
    private final KeyFiles files;
    private final Limits.Certificates limits;

    RootFiles(Path directory, ServerSlot slot, Limits.Certificates limits) {
        this.directory = directory;
        this.slot = slot;
        this.files = new KeyFiles(limits);
        this.limits = limits;
    }

    Path primary() {
        return directory.resolve("root.pem");
    }

    private Path reserve() {
        return directory.resolve("reserve.pem");
    }

    private Path former() {
        return directory.resolve("former");
    }

    boolean hasReserve() {
        return Files.exists(reserve());
    }

    /** Every root with its role, the primary one first. It must be there. */
    List<Held> all() throws IOException {
        List<Held> all = new ArrayList<>();
        Held primary = new Held(TrustedRoot.Role.PRIMARY, primary(), files.read(primary()));
        all.add(primary);
        if (hasReserve()) {
            all.add(new Held(TrustedRoot.Role.RESERVE, reserve(), files.read(reserve())));
        }
        for (Path file : formerFiles()) {
            all.add(new Held(TrustedRoot.Role.FORMER, file, files.read(file)));
        }
        for (Held held : List.copyOf(all.subList(1, all.size()))) {
            if (held.pair.certificate().equals(primary.pair.certificate())) {
                // A change was interrupted behind its last step but this.
                AtomicFile.delete(held.file);
                all.remove(held);
            }
        }
        return all;
    }

    private List<Path> formerFiles() throws IOException {
        if (Files.notExists(former())) {
            return List.of();
        }
        try (Stream<Path> found = Files.list(former())) {
            return found.filter(file -> file.toString().endsWith(SUFFIX))
                    .sorted()
                    .limit(limits.formerRootsMax() + 1L)
                    .toList();
        }
    }

    /** The root with this SHA-256, or without one the reserve. */
    Optional<Held> find(@Nullable String sha256) throws IOException {
        return all().stream()
                .filter(held -> sha256 == null
                        ? held.role == TrustedRoot.Role.RESERVE
                        : held.in(slot).sha256().equalsIgnoreCase(sha256))
                .findFirst();
    }

    /** Why a root can't become the primary one; null when it can. */
    @Nullable
    RootChangeFault faultOf(Held next, Instant now) throws IOException {
        if (next.role == TrustedRoot.Role.PRIMARY) {
            return new RootChangeFault.RootIsPrimary(next.in(slot).sha256());
        }
        if (!now.isBefore(next.in(slot).end())) {
            return new RootChangeFault.RootHasEnded(
                    next.in(slot).sha256(), next.in(slot).end());
        }
        int formerAfter = formerFiles().size() + (next.role == TrustedRoot.Role.FORMER ? 0 : 1);
        return formerAfter > limits.formerRootsMax()
                ? new RootChangeFault.TooManyFormerRoots(limits.formerRootsMax())
                : null;
    }

    /**
     * Why a reserve can't become the primary one that nobody named, besides {@link #faultOf}: each change makes a reserve that no
     * client has yet, and a change that is asked for twice would lead there.
     */
    @Nullable
    RootChangeFault faultOfUnnamed(Held reserve, Instant now) throws IOException {
        TrustedRoot root = reserve.in(slot);
        Instant primarySince = all().getFirst().in(slot).since();
        return now.isBefore(root.since().plus(NEW)) && root.since().isAfter(primarySince.plus(MADE_TOGETHER))
                ? new RootChangeFault.ReserveIsNew(root.sha256(), root.since())
                : null;
    }

    /** The primary one is a former one from now on, with its key: the way back. */
    void promote(Held next) throws IOException {
        Held primary = all().getFirst();
        AtomicFile.closedDirectory(former());
        files.write(former().resolve(primary.in(slot).sha256() + SUFFIX), primary.pair);
        files.write(primary(), next.pair);
        AtomicFile.delete(next.file);
    }

    void remove(Held former) throws IOException {
        AtomicFile.delete(former.file);
    }

    KeyAndCertificate makePrimary(Issuing issuing, KeyPair keys) throws IOException {
        return files.make(primary(), root(issuing, keys));
    }

    void makeReserve(Issuing issuing) throws IOException {
        files.make(reserve(), root(issuing, slot.kinds().authority().generate()));
    }

    private KeyAndCertificate root(Issuing issuing, KeyPair keys) {
        return issuing.root(slot.kinds().name("Root"), slot.kinds().authority(), keys);
    }
}
