package dev.holdfast.pki;

import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;

/**
 * Domains whose certificates lead to the same roots. A client that trusts the roots of one world trusts nothing of another.
 *
 * @param name {@link #DEFAULT}, or 1 to 32 small letters, digits and '-'; it is in the names of files
 * @param domains in lower case; each is in one world of its installation
 */
public record TrustWorld(String name, List<String> domains) {
    /** The world of the installation's first domain, of this machine, and of clients that name no host. */
    public static final String DEFAULT = "default";

    private static final Pattern NAME = Pattern.compile("[a-z0-9]([a-z0-9-]{0,30}[a-z0-9])?");

    public TrustWorld {
        if (!isName(name)) {
            throw new IllegalArgumentException("'" + name + "' is no name of a trust world");
        }
        domains = List.copyOf(domains);
    }

    public static boolean isName(String name) {
        return NAME.matcher(name).matches();
    }

    public boolean isDefault() {
        return name.equals(DEFAULT);
    }

    /** Whether a host name, in any case and with or without the root's dot at its end, is below one of its domains, or is one. */
    public boolean has(String hostName) {
        String lower = hostName.toLowerCase(Locale.ROOT);
        String name = lower.endsWith(".") ? lower.substring(0, lower.length() - 1) : lower;
        return domains.stream().anyMatch(domain -> name.equals(domain) || name.endsWith("." + domain));
    }

    /** The default world's are where they were when there was no other. */
    Path keys(Path data) {
        Path keys = data.resolve("pki");
        return isDefault() ? keys : keys.resolve("worlds").resolve(name);
    }

    /** The file with its roots for clients: {@code ca.pem}, and {@code ca-NAME.pem} of every other world. */
    Path bundle(Path data) {
        return data.resolve(isDefault() ? "ca.pem" : "ca-" + name + ".pem").toAbsolutePath();
    }
}
