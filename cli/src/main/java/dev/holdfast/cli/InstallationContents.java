package dev.holdfast.cli;

import java.io.IOException;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;

/**
 * What the data directory of an installation has, as far as a backup keeps it. An archive without some of it would become another
 * installation at its first start, which makes what is missing, its certificate authorities for one.
 */
final class InstallationContents {
    private static final Set<String> FILES = Set.of("state.db", "operator-token", "ca.pem");
    private static final Pattern TRUST_BUNDLE = Pattern.compile("ca(-[a-z0-9-]{1,32})?\\.pem");
    private static final String KEYS = "pki";
    private static final Set<String> DIRECTORIES = Set.of(KEYS, "telemetry");
    private static final List<String> REQUIRED = List.of("state.db", "operator-token", "ca.pem", KEYS);

    private final Set<String> found = new TreeSet<>();

    /** The roots to trust, of the default trust world or of another. */
    static boolean isTrustBundle(String path) {
        return TRUST_BUNDLE.matcher(path).matches();
    }

    /** @param path of a file, relative to the data directory */
    void add(String path) throws IOException {
        int slash = path.indexOf('/');
        String top = slash < 0 ? path : path.substring(0, slash);
        if (!(slash < 0 ? FILES : DIRECTORIES).contains(top) && !(slash < 0 && isTrustBundle(top))) {
            throw new NoInstallationException("it has a file that no installation has: '" + path + "'");
        }
        found.add(top);
    }

    void requireWhole() throws IOException {
        List<String> missing =
                REQUIRED.stream().filter(name -> !found.contains(name)).toList();
        if (!missing.isEmpty()) {
            throw new NoInstallationException("it is no whole installation: there is no "
                    + String.join(", no ", missing) + " in it. Restore another backup");
        }
    }

    /** The message is a sentence that says what is wrong. */
    static final class NoInstallationException extends IOException {
        private static final long serialVersionUID = 1L;

        NoInstallationException(String sentence) {
            super(sentence);
        }
    }
}
