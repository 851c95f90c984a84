package dev.holdfast.pki;

import dev.holdfast.base.Limits;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
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
 * on disk. A crash therefore leaves a beginning of the three, and the next start makes the rest.
 */
final class Hierarchy {
    /** A leaf with less than this left is made anew when the server starts. */
    static final Duration LEAF_RENEWED_BEFORE = Duration.ofDays(30);

    private static final Logger LOG = LoggerFactory.getLogger(Hierarchy.class);

    /** What is made of which key. */
    record Kinds(String label, KeyKind authority, KeyKind leaf) {}

    private final Path directory;
    private final Kinds kinds;
    private final ServerNames names;
    private final Pem pem;
    private final Limits.Certificates limits;
    private final InstantSource clock;

    Hierarchy(Path directory, Kinds kinds, ServerNames names, Limits.Certificates limits, InstantSource clock) {
        this.directory = directory;
        this.kinds = kinds;
        this.names = names;
        this.pem = new Pem(limits);
        this.limits = limits;
        this.clock = clock;
    }

    /**
     * Reads what is there and makes what is missing, ends too soon or is for other names. Keys are made on {@code threads}.
     *
     * @param newLeaf makes a leaf even if the one that is there would do
     */
    ServerChain openOrCreate(ExecutorService threads, boolean newLeaf) throws IOException {
        AtomicFile.closedDirectory(directory);
        Path rootFile = directory.resolve("root.pem");
        Path intermediateFile = directory.resolve("intermediate.pem");
        Path leafFile = directory.resolve("leaf.pem");
        // Making a long RSA key takes longest at a first start: all that will be needed are begun at once.
        Keys rootKeys = new Keys(threads, kinds.authority, Files.notExists(rootFile));
        Keys intermediateKeys = new Keys(threads, kinds.authority, Files.notExists(intermediateFile));
        Keys leafKeys = new Keys(threads, kinds.leaf, newLeaf || Files.notExists(leafFile));
        Issuing issuing = new Issuing(clock);

        KeyAndCertificate root = Files.exists(rootFile)
                ? read(rootFile)
                : made(rootFile, issuing.root(name("Root"), kinds.authority, rootKeys.take()));
        Instant begins = root.certificate().getNotBefore().toInstant();
        if (begins.isAfter(clock.instant())) {
            LOG.warn(
                    "{} is valid from {} only, so no client will trust this server before: was or is the clock wrong?",
                    rootFile,
                    begins);
        }
        KeyAndCertificate intermediate = Files.exists(intermediateFile) ? read(intermediateFile) : null;
        // An intermediate that ends before a leaf made today would cut that leaf short.
        if (intermediate == null
                || !Names.isIssuedBy(intermediate.certificate(), root.certificate())
                || !lasts(intermediate.certificate(), Issuing.LEAF_LIFE)) {
            intermediate = made(
                    intermediateFile,
                    issuing.intermediate(name("Intermediate"), intermediateKeys.take(), root, kinds.authority));
        }
        KeyAndCertificate leaf = !newLeaf && Files.exists(leafFile) ? read(leafFile) : null;
        if (leaf == null
                || !Names.isIssuedBy(leaf.certificate(), intermediate.certificate())
                || !names.areThoseOf(leaf.certificate())
                || !lasts(leaf.certificate(), LEAF_RENEWED_BEFORE)) {
            leaf = made(leafFile, issuing.serverLeaf(names, leafKeys.take(), intermediate, kinds.authority));
        }
        return new ServerChain(List.of(leaf.certificate(), intermediate.certificate()), leaf.key(), root.certificate());
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

    private String name(String role) {
        // Installations differ in name, because many trust stores find a root by its subject.
        return "Holdfast " + kinds.label + " " + role + " "
                + HexFormat.of().toHexDigits(ThreadLocalRandom.current().nextInt());
    }

    private KeyAndCertificate made(Path file, KeyAndCertificate made) throws IOException {
        String text = Pem.write(made.key()) + Pem.write(made.certificate());
        AtomicFile.write(file, text.getBytes(StandardCharsets.US_ASCII), AtomicFile.OWNER_ONLY);
        LOG.info(
                "made {}: {}, valid until {}",
                file,
                made.certificate().getSubjectX500Principal().getName(),
                made.certificate().getNotAfter().toInstant());
        return made;
    }

    private KeyAndCertificate read(Path file) throws IOException {
        AtomicFile.closedFile(file);
        try {
            if (Files.size(file) > limits.pemMaxBytes()) {
                throw new PemException("the file is longer than " + limits.pemMaxBytes() + " bytes");
            }
            return pem.keyAndCertificate(Files.readAllBytes(file));
        } catch (PemException e) {
            throw new IOException(
                    file + " can't be used: " + e.getMessage()
                            + ". Put it back from a backup. If there is none, delete it:"
                            + " it is made anew, and when it is root.pem, every client needs the new ca.pem",
                    e);
        }
    }

    private boolean lasts(X509Certificate certificate, Duration life) {
        Instant now = clock.instant();
        return !now.isBefore(certificate.getNotBefore().toInstant())
                && now.plus(life).isBefore(certificate.getNotAfter().toInstant());
    }
}
