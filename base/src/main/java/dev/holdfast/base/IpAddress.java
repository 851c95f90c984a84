package dev.holdfast.base;

import java.net.InetAddress;
import java.util.Optional;
import java.util.regex.Pattern;

/** IP addresses as people write them. Any thread. */
public final class IpAddress {
    private static final Pattern FOUR_NUMBERS = Pattern.compile("[0-9]{1,3}(\\.[0-9]{1,3}){3}");

    private IpAddress() {}

    /**
     * An IPv4 or IPv6 address in any of its spellings (RFC 4291 2.2), in the one that reports have. A name is none, since it would
     * have to be looked up; nor are shorter forms of IPv4, such as 1.2.3, which mean another address than they seem to.
     */
    public static Optional<String> parse(String text) {
        try {
            return text.contains(":") || FOUR_NUMBERS.matcher(text).matches()
                    ? Optional.of(InetAddress.ofLiteral(text).getHostAddress())
                    : Optional.empty();
        } catch (IllegalArgumentException notAnAddress) {
            return Optional.empty();
        }
    }
}
