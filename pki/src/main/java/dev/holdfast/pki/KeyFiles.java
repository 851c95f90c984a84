package dev.holdfast.pki;

import dev.holdfast.base.Limits;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A key and its certificate in one file, so that they appear together or not at all. */
final class KeyFiles {
    private static final Logger LOG = LoggerFactory.getLogger(KeyFiles.class);

    private final Limits.Certificates limits;

    KeyFiles(Limits.Certificates limits) {
        this.limits = limits;
    }

    /** @return what was written */
    KeyAndCertificate make(Path file, KeyAndCertificate made) throws IOException {
        write(file, made);
        LOG.info(
                "made {}: {}, valid until {}",
                file,
                made.certificate().getSubjectX500Principal().getName(),
                made.certificate().getNotAfter().toInstant());
        return made;
    }

    void write(Path file, KeyAndCertificate pair) throws IOException {
        String text = Pem.write(pair.key()) + Pem.write(pair.certificate());
        AtomicFile.write(file, text.getBytes(StandardCharsets.US_ASCII), AtomicFile.OWNER_ONLY);
    }

    KeyAndCertificate read(Path file) throws IOException {
        AtomicFile.closedFile(file);
        try {
            if (Files.size(file) > limits.pemMaxBytes()) {
                throw new PemException("the file is longer than " + limits.pemMaxBytes() + " bytes");
            }
            return new Pem(limits).keyAndCertificate(Files.readAllBytes(file));
        } catch (PemException e) {
            throw new IOException(
                    file + " can't be used: " + e.getMessage()
                            + ". Put it back from a backup. If there is none, delete it:"
                            + " it is made anew, and when it is root.pem, every client needs the new ca.pem",
                    e);
        }
    }
}
