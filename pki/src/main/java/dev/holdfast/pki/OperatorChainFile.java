package dev.holdfast.pki;

import dev.holdfast.base.Limits;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Optional;

/**
 * A chain that an operator gave for one slot, with its key and its root in one file, {@code operator.pem}: the key first, then the
 * leaf, and upwards. While the file is there, its chain is shown instead of the installation's own.
 */
final class OperatorChainFile {
    private final Path file;
    private final ServerSlot slot;
    private final Limits.Certificates limits;

    OperatorChainFile(Path directory, ServerSlot slot, Limits.Certificates limits) {
        this.file = directory.resolve("operator.pem");
        this.slot = slot;
        this.limits = limits;
    }

    boolean exists() {
        return Files.exists(file);
    }

    /** As it was taken, even if it has expired since: who put it there is to decide what comes next. */
    ServerChain read() throws IOException {
        AtomicFile.closedFile(file);
        try {
            if (Files.size(file) > limits.pemMaxBytes()) {
                throw new PemException("the file is longer than " + limits.pemMaxBytes() + " bytes");
            }
            Pem.KeyAndCertificates read = new Pem(limits).keyAndCertificates(Files.readAllBytes(file));
            List<X509Certificate> certificates = read.certificates();
            if (certificates.isEmpty() || !KeyAndCertificate.belongTogether(read.key(), certificates.getFirst())) {
                throw new PemException("its key does not belong to its first certificate");
            }
            if (!ServerChainCheck.slotOf(certificates.getFirst().getPublicKey()).equals(Optional.of(slot))) {
                throw new PemException("its first certificate has a key of another type");
            }
            return ServerChainCheck.chain(certificates, read.key(), certificates.getLast());
        } catch (PemException e) {
            throw new IOException(
                    file + " can't be used: " + e.getMessage()
                            + ". Put it back from a backup, or delete it: the installation's own certificate is shown"
                            + " then",
                    e);
        }
    }

    void write(ServerChain chain) throws IOException {
        StringBuilder text = new StringBuilder(Pem.write(chain.key()));
        chain.shown().forEach(certificate -> text.append(Pem.write(certificate)));
        if (!chain.shown().getLast().equals(chain.root())) {
            text.append(Pem.write(chain.root()));
        }
        AtomicFile.write(file, text.toString().getBytes(StandardCharsets.US_ASCII), AtomicFile.OWNER_ONLY);
    }

    void delete() throws IOException {
        AtomicFile.delete(file);
    }
}
