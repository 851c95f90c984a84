package dev.holdfast.server.operator;

import java.net.InetAddress;
import java.util.regex.Pattern;

/** IP addresses in queries. */
final class AddressText {
    private static final Pattern FOUR_NUMBERS = Pattern.compile("[0-9]{1,3}(\\.[0-9]{1,3}){3}");

    private AddressText() {}

    /** An address in any of its spellings, as reports have it; a name is none. */
    static String parse(String text) throws BadRequest {
        try {
            // Shorter forms, such as 1.2.3, mean another address than they seem to.
            if (text.contains(":") || FOUR_NUMBERS.matcher(text).matches()) {
                return InetAddress.ofLiteral(text).getHostAddress();
            }
        } catch (IllegalArgumentException notAnAddress) {
            // Told below.
        }
        throw new BadRequest("'address' is an IP address, such as 192.0.2.7 or 2001:db8::7.");
    }
}
