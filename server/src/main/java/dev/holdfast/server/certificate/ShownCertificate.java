package dev.holdfast.server.certificate;

import dev.holdfast.pki.ServerChain;
import dev.holdfast.pki.ServerSlot;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * A certificate with its place in a chain that clients are shown, the root included.
 *
 * @param world the name of the trust world
 */
public record ShownCertificate(String world, ServerSlot slot, Level level, X509Certificate certificate) {
    /** From the server's own upwards. */
    public enum Level {
        LEAF,
        INTERMEDIATE,
        ROOT;

        /** As the API, the metrics and the log name it. */
        public String word() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /** As the API, the metrics and the log name it: {@code rsa} or {@code ecdsa}. */
    public static String word(ServerSlot slot) {
        return slot.name().toLowerCase(Locale.ROOT);
    }

    /** Leaf first; without a root when that is not known. */
    public static List<ShownCertificate> of(String world, ServerSlot slot, ServerChain chain) {
        List<ShownCertificate> all = new ArrayList<>();
        for (X509Certificate certificate : chain.shown()) {
            all.add(new ShownCertificate(world, slot, all.isEmpty() ? Level.LEAF : Level.INTERMEDIATE, certificate));
        }
        if (!chain.shown().contains(chain.root())) {
            all.add(new ShownCertificate(world, slot, Level.ROOT, chain.root()));
        }
        return all;
    }

    public Instant end() {
        return certificate.getNotAfter().toInstant();
    }
}
