package dev.holdfast.cli.doctor;

import dev.holdfast.cli.trace.Roots;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import tools.jackson.databind.JsonNode;

/** How long the certificates that clients are shown, and their roots, still live; and whether there are roots in reserve. */
public final class CertificateChecks {
    /** As long before its end as the server itself begins to warn. */
    private static final Duration WARN_AHEAD = Duration.ofDays(30);

    private final InstantSource clock;

    public CertificateChecks(InstantSource clock) {
        this.clock = clock;
    }

    /** What the running server shows. */
    public List<Finding> shown(Operator operator) throws IOException {
        List<Finding> bad = new ArrayList<>();
        int count = 0;
        for (JsonNode chain : operator.get("certificates/server").path("chains")) {
            for (JsonNode certificate : chain.path("certificates")) {
                count++;
                String what = chain.path("keyType").asString() + " "
                        + certificate.path("level").asString() + " '"
                        + certificate.path("subject").asString() + "'";
                judge(what, certificate.path("expiry").asString(), bad);
            }
        }
        return bad.isEmpty()
                ? List.of(Finding.ok(
                        "certificates", "All " + count + " certificates that clients are shown live long enough."))
                : bad;
    }

    private void judge(String what, String expiry, List<Finding> bad) {
        try {
            Instant end = Instant.parse(expiry);
            judge(what, end, bad);
        } catch (DateTimeParseException _) {
            bad.add(Finding.unknown("certificates", "The server does not say when the " + what + " ends."));
        }
    }

    private void judge(String what, Instant end, List<Finding> bad) {
        Instant now = clock.instant();
        String renew = what.contains(" root ")
                ? "change the root ('holdfast cert server root promote')"
                : "renew it ('holdfast cert server renew', with --intermediate for an intermediate)";
        if (end.isBefore(now)) {
            bad.add(Finding.failed("certificates", "The " + what + " ended at " + end + ": " + renew + "."));
        } else if (end.isBefore(now.plus(WARN_AHEAD))) {
            bad.add(Finding.warning(
                    "certificates",
                    "The " + what + " ends at " + end + ", in "
                            + Duration.between(now, end).toDays() + " days: " + renew + "."));
        }
    }

    /** The roots alone, where no server tells the rest. */
    public List<Finding> roots(Path trustBundle) {
        List<X509Certificate> roots;
        try {
            roots = Roots.ofFile(trustBundle).certificates();
        } catch (IOException _) {
            return List.of(
                    Finding.unknown("certificates", "Without a server and without roots nothing is known of them."));
        }
        List<Finding> bad = new ArrayList<>();
        for (X509Certificate root : roots) {
            judge(
                    "trusted root '" + root.getSubjectX500Principal().getName() + "'",
                    root.getNotAfter().toInstant(),
                    bad);
        }
        if (bad.isEmpty()) {
            bad.add(Finding.ok(
                    "certificates",
                    "The " + roots.size()
                            + " roots live long enough; start the server to have the other certificates checked."));
        }
        return bad;
    }

    /** Whether each chain's root has a reserve that clients trust already. */
    public List<Finding> reserves(Operator operator) throws IOException {
        Set<String> chains = new TreeSet<>();
        Set<String> reserved = new TreeSet<>();
        for (JsonNode root : operator.get("certificates/server/roots").path("roots")) {
            String chain = root.path("chain").asString() + " of world "
                    + root.path("world").asString("default");
            chains.add(chain);
            if (root.path("role").asString().equals("reserve")) {
                reserved.add(chain);
            }
        }
        chains.removeAll(reserved);
        return chains.isEmpty()
                ? List.of(Finding.ok("reserve roots", "Each root has a reserve that is in the CA file already."))
                : List.of(Finding.warning(
                        "reserve roots",
                        "There is no reserve root for " + String.join(", ", chains)
                                + ": the server makes one at its start, so start it again; until then a change of the root"
                                + " breaks every client."));
    }

    /** The same, where no server tells it. */
    public static Finding reservesOnDisk(Path data) {
        List<String> missing = List.of("rsa", "ecc").stream()
                .map(slot -> data.resolve("pki").resolve(slot))
                .filter(Files::isDirectory)
                .filter(slot -> !Files.exists(slot.resolve("reserve.pem")))
                .map(Path::toString)
                .toList();
        return missing.isEmpty()
                ? Finding.ok("reserve roots", "No reserve root is missing.")
                : Finding.warning(
                        "reserve roots",
                        "There is no reserve root in " + String.join(", ", missing)
                                + ": the server makes one at its next start.");
    }
}
