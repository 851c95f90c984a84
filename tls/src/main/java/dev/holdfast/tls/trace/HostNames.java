package dev.holdfast.tls.trace;

import java.net.InetAddress;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** Whether a certificate's names are good for the one that a client connects to (RFC 9525 6.3); the common name does not count. */
final class HostNames {
    private HostNames() {}

    /** @param names of subjectAltName: host names, which may begin with {@code *.}, and addresses */
    static boolean cover(List<String> names, String host) {
        Optional<InetAddress> address = address(host);
        return names.stream()
                .anyMatch(name -> address.isPresent() ? address.equals(address(name)) : fits(name, withoutDot(host)));
    }

    private static boolean fits(String name, String host) {
        String pattern = name.toLowerCase(Locale.ROOT);
        String wanted = host.toLowerCase(Locale.ROOT);
        if (pattern.equals(wanted)) {
            return true;
        }
        int dot = wanted.indexOf('.');
        // A wildcard is a whole label, the first one, and stands for one label.
        return pattern.startsWith("*.") && dot > 0 && pattern.substring(1).equals(wanted.substring(dot));
    }

    private static String withoutDot(String host) {
        return host.endsWith(".") ? host.substring(0, host.length() - 1) : host;
    }

    private static Optional<InetAddress> address(String text) {
        try {
            return Optional.of(InetAddress.ofLiteral(text));
        } catch (IllegalArgumentException _) {
            return Optional.empty();
        }
    }
}
