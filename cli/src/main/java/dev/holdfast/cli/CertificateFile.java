package dev.holdfast.cli;

import dev.holdfast.base.Limits;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Base64;

/** A file with a certificate that is sent to the server. */
final class CertificateFile {
    /** The largest certificate that a server takes, four times over: PEM makes it longer and may hold remarks. */
    private static final int MAX_BYTES = 4 * Limits.defaults().certificates().authorityMaxBytes();

    private CertificateFile() {}

    /** PEM as it stands, or DER in Base64. A file with a private key is refused here, so that the key does not leave this machine. */
    static String read(Path file) throws CommandFailure {
        byte[] content = GivenFile.read(file, "the certificate", MAX_BYTES);
        String text = new String(content, StandardCharsets.ISO_8859_1);
        if (text.contains("PRIVATE KEY-----")) {
            throw new CommandFailure(file + " holds a private key. Give the certificate alone.");
        }
        return text.contains("-----BEGIN ") ? text : Base64.getEncoder().encodeToString(content);
    }
}
