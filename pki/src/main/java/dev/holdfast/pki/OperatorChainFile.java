package dev.holdfast.pki;

import dev.holdfast.base.Limits;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A chain that an operator gave for one slot, with its key and its root in one file, {@code operator.pem}: the key first, or the URI
 * of the key in a token, then the leaf, and upwards. While the file is there, its chain is shown instead of the installation's own.
 */
final class OperatorChainFile {
    private final Path file;
    private final ServerSlot slot;
    private final TokenKeys tokens;
    private final Limits.Certificates limits;
    /** What was read last: as long as the file is the same, so is its key, whatever became of its token. */
    private @Nullable Held held;

    private record Held(byte[] content, ServerChain chain) {}

    OperatorChainFile(Path directory, ServerSlot slot, TokenKeys tokens, Limits.Certificates limits) {
        this.file = directory.resolve("operator.pem");
        this.slot = slot;
        this.tokens = tokens;
        this.limits = limits;
    }

    boolean exists() {
        return Files.exists(file);
    }

    /** As it was taken, even if it has expired since: who put it there is to decide what comes next. */
    ServerChain read() throws IOException {
        AtomicFile.closedFile(file);
        if (Files.size(file) > limits.pemMaxBytes()) {
            throw unusable("the file is longer than " + limits.pemMaxBytes() + " bytes", null);
        }
        byte[] content = Files.readAllBytes(file);
        Held before = held;
        if (before != null && Arrays.equals(before.content, content)) {
            return before.chain;
        }
        ServerChain chain = read(content);
        held = new Held(content, chain);
        return chain;
    }

    private ServerChain read(byte[] content) throws IOException {
        TokenKeyUri token = null;
        PrivateKey key;
        List<X509Certificate> certificates;
        try {
            String first = new String(content, StandardCharsets.ISO_8859_1)
                    .lines()
                    .findFirst()
                    .orElse("");
            if (first.startsWith(TokenKeyUri.SCHEME)) {
                token = TokenKeyUri.parse(first, limits.tokenUriMaxChars());
                certificates = new Pem(limits).certificates(content);
                key = tokens.find(token);
            } else {
                Pem.KeyAndCertificates read = new Pem(limits).keyAndCertificates(content);
                key = read.key();
                certificates = read.certificates();
            }
        } catch (TokenException e) {
            throw new IOException(
                    "the key of " + file + " is in a PKCS#11 token, and " + e.getMessage()
                            + ". When the token is gone for good, delete the file: the installation's own certificate is"
                            + " shown then",
                    e);
        } catch (PemException | TokenKeyUri.BadUriException e) {
            throw unusable(String.valueOf(e.getMessage()), e);
        }
        if (certificates.isEmpty() || !KeyAndCertificate.belongTogether(key, certificates.getFirst())) {
            throw unusable("its key does not belong to its first certificate", null);
        }
        if (!ServerChainCheck.slotOf(certificates.getFirst().getPublicKey()).equals(Optional.of(slot))) {
            throw unusable("its first certificate has a key of another type", null);
        }
        return ServerChainCheck.chain(certificates, key, certificates.getLast(), token);
    }

    private IOException unusable(String why, @Nullable Exception cause) {
        return new IOException(
                file + " can't be used: " + why
                        + ". Put it back from a backup, or delete it: the installation's own certificate is shown then",
                cause);
    }

    void write(ServerChain chain) throws IOException {
        StringBuilder text = new StringBuilder(chain.token() != null ? chain.token() + "\n" : Pem.write(chain.key()));
        chain.shown().forEach(certificate -> text.append(Pem.write(certificate)));
        if (!chain.shown().getLast().equals(chain.root())) {
            text.append(Pem.write(chain.root()));
        }
        byte[] content = text.toString().getBytes(StandardCharsets.US_ASCII);
        AtomicFile.write(file, content, AtomicFile.OWNER_ONLY);
        held = new Held(content, chain);
    }

    void delete() throws IOException {
        AtomicFile.delete(file);
        held = null;
    }
}
