package dev.holdfast.pki;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * What clients of one world are to trust. Each root is in it once, under the first of its roles.
 *
 * @param roots by role, and RSA before ECDSA; at least one is primary
 */
public record TrustBundle(TrustWorld world, List<TrustedRoot> roots) {
    /** A client has that long to get a new bundle before the first root that it needs ends. */
    public static final Duration FETCHED_AHEAD = Duration.ofDays(180);

    private static final int VERSION_BYTES = 16;

    public TrustBundle {
        roots = once(roots);
        if (roots.stream().noneMatch(root -> root.role() == TrustedRoot.Role.PRIMARY)) {
            throw new IllegalArgumentException("a bundle has a primary root");
        }
    }

    private static List<TrustedRoot> once(List<TrustedRoot> roots) {
        Set<X509Certificate> seen = new HashSet<>();
        List<TrustedRoot> sorted = new ArrayList<>(roots);
        sorted.sort(Comparator.comparing(TrustedRoot::role).thenComparing(TrustedRoot::slot));
        return sorted.stream().filter(root -> seen.add(root.certificate())).toList();
    }

    /** From when on every chain that leads to its roots is valid. */
    public Instant validFrom() {
        return shown().map(root -> root.certificate().getNotBefore().toInstant())
                .max(Comparator.naturalOrder())
                .orElseThrow();
    }

    /** {@link #FETCHED_AHEAD} before the first of the roots ends to which a chain leads today. */
    public Instant validUntil() {
        return shown().map(TrustedRoot::end)
                .min(Comparator.naturalOrder())
                .orElseThrow()
                .minus(FETCHED_AHEAD);
    }

    private Stream<TrustedRoot> shown() {
        return roots.stream()
                .filter(root -> root.role() == TrustedRoot.Role.PRIMARY || root.role() == TrustedRoot.Role.OPERATOR);
    }

    /** Another one for other roots or roles, and the same after a restart. */
    public String version() {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            roots.forEach(root ->
                    digest.update((root.role() + " " + root.sha256() + "\n").getBytes(StandardCharsets.US_ASCII)));
            return HexFormat.of().formatHex(digest.digest(), 0, VERSION_BYTES);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("this Java runtime has no SHA-256", e);
        }
    }

    /** All roots as one text. */
    public String pem() {
        return roots.stream().map(TrustedRoot::certificate).map(Pem::write).collect(Collectors.joining());
    }
}
