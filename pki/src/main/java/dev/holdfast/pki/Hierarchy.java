package dev.holdfast.pki;

import dev.holdfast.base.Limits;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.FutureTask;
import java.util.concurrent.ThreadLocalRandom;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Root, intermediate and leaf of one key type, each with its key in one file of a directory of its own: {@code root.pem},
 * {@code intermediate.pem}, {@code leaf.pem}.
 *
 * <p>Key and certificate share a file, so that they appear together or not at all; each file is made only when the one above it is
 * on disk. A crash therefore leaves a beginning of the three, and the next start makes the rest. The same holds when one of them is
 * replaced: what was issued by the old one is made anew.
 */
final class Hierarchy {
    /** A leaf with less than this left is made anew when the server starts. */
    static final Duration LEAF_RENEWED_BEFORE = Duration.ofDays(30);

    private static final Logger LOG = LoggerFactory.getLogger(Hierarchy.class);

    /**
     * What is made of which key.
     *
     * @param reserveAtOnce whether its reserve root is made with the others: a long RSA key takes too long for a first start
     */
    record Kinds(String label, KeyKind authority, KeyKind leaf, boolean reserveAtOnce) {
        /** Installations and roots differ in name, because many trust stores find a root by its subject. */
        String name(String role) {
            return "Holdfast " + label + " " + role + " "
                    + HexFormat.of().toHexDigits(ThreadLocalRandom.current().nextInt());
        }
    }

    /** The certificates to make even if those that are there would do; the lower ones of a new one are new, too. */
    enum Renewed {
        NOTHING,
        LEAF,
        INTERMEDIATE
    }

    /** @param roots the primary one first */
    record Opened(ServerChain chain, List<RootFiles.Held> roots) {}

    private final Path directory;
    private final Kinds kinds;
    private final ServerNames names;
    private final KeyFiles files;
    private final RootFiles roots;
    private final InstantSource clock;

    Hierarchy(Path directory, ServerSlot slot, ServerNames names, Limits.Certificates limits, InstantSource clock) {
        this.directory = directory;
        this.kinds = slot.kinds();
        this.names = names;
        this.files = new KeyFiles(limits);
        this.roots = new RootFiles(directory, slot, limits);
        this.clock = clock;
    }

    RootFiles roots() {
        return roots;
    }

    /** Does nothing when there is one. Blocks for a second where it is an RSA key. */
    void makeReserve() throws IOException {
        if (!roots.hasReserve()) {
            roots.makeReserve(new Issuing(clock));
        }
    }

    /** A chain under a root that need not be the primary one, in memory only. Blocks for a second or two where RSA keys are made. */
    ServerChain candidate(RootFiles.Held root) {
        Issuing issuing = new Issuing(clock);
        KeyAndCertificate intermediate = issuing.intermediate(
                kinds.name("Intermediate"), kinds.authority.generate(), root.pair(), kinds.authority);
        KeyAndCertificate leaf = issuing.serverLeaf(names, kinds.leaf.generate(), intermediate, kinds.authority);
        return new ServerChain(
                List.of(leaf.certificate(), intermediate.certificate()),
                leaf.key(),
                root.pair().certificate());
    }

    /**
     * Reads what is there and makes what is missing, ends too soon or is for other names. Keys are made on {@code threads}.
     *
     * @param renewed what is made even if the one that is there would do
     */
    Opened openOrCreate(ExecutorService threads, Renewed renewed) throws IOException {
        AtomicFile.closedDirectory(directory);
        Path rootFile = roots.primary();
        Path intermediateFile = directory.resolve("intermediate.pem");
        Path leafFile = directory.resolve("leaf.pem");
        // Making a long RSA key takes longest at a first start: all that will be needed are begun at once.
        Keys rootKeys = new Keys(threads, kinds.authority, Files.notExists(rootFile));
        Keys intermediateKeys = new Keys(
                threads, kinds.authority, renewed == Renewed.INTERMEDIATE || Files.notExists(intermediateFile));
        Keys leafKeys = new Keys(threads, kinds.leaf, renewed != Renewed.NOTHING || Files.notExists(leafFile));
        Issuing issuing = new Issuing(clock);

        if (Files.notExists(rootFile)) {
            roots.makePrimary(issuing, rootKeys.take());
        }
        if (kinds.reserveAtOnce) {
            makeReserve();
        }
        List<RootFiles.Held> all = roots.all();
        KeyAndCertificate root = all.getFirst().pair();
        Instant begins = root.certificate().getNotBefore().toInstant();
        if (begins.isAfter(clock.instant())) {
            LOG.warn(
                    "{} is valid from {} only, so no client will trust this server before: was or is the clock wrong?",
                    rootFile,
                    begins);
        }
        KeyAndCertificate intermediate =
                renewed != Renewed.INTERMEDIATE && Files.exists(intermediateFile) ? files.read(intermediateFile) : null;
        // An intermediate that ends before a leaf made today would cut that leaf short.
        if (intermediate == null
                || !Names.isIssuedBy(intermediate.certificate(), root.certificate())
                || !lasts(intermediate.certificate(), Issuing.LEAF_LIFE)) {
            intermediate = files.make(
                    intermediateFile,
                    issuing.intermediate(kinds.name("Intermediate"), intermediateKeys.take(), root, kinds.authority));
        }
        KeyAndCertificate leaf = renewed == Renewed.NOTHING && Files.exists(leafFile) ? files.read(leafFile) : null;
        if (leaf == null
                || !Names.isIssuedBy(leaf.certificate(), intermediate.certificate())
                || !names.areThoseOf(leaf.certificate())
                || !lasts(leaf.certificate(), LEAF_RENEWED_BEFORE)) {
            leaf = files.make(leafFile, issuing.serverLeaf(names, leafKeys.take(), intermediate, kinds.authority));
        }
        return new Opened(
                new ServerChain(
                        List.of(leaf.certificate(), intermediate.certificate()), leaf.key(), root.certificate()),
                all);
    }

    /** A key pair that is begun at once when it will surely be needed, and otherwise made when it is asked for. */
    private static final class Keys {
        private final FutureTask<KeyPair> pair;

        Keys(ExecutorService threads, KeyKind kind, boolean surely) {
            pair = new FutureTask<>(kind::generate);
            if (surely) {
                threads.execute(pair);
            }
        }

        KeyPair take() throws IOException {
            // Does nothing when it was begun.
            pair.run();
            try {
                return pair.get();
            } catch (ExecutionException e) {
                throw new IllegalStateException("a key could not be made", e.getCause());
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new IOException("stopped while a key was being made", e);
            }
        }
    }

    private boolean lasts(X509Certificate certificate, Duration life) {
        Instant now = clock.instant();
        return !now.isBefore(certificate.getNotBefore().toInstant())
                && now.plus(life).isBefore(certificate.getNotAfter().toInstant());
    }
}
