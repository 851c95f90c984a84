package dev.holdfast.cli;

import java.net.InetAddress;
import java.util.regex.Pattern;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** An IP address in any of its spellings, as reports have it; never a name, which would have to be looked up. */
final class AddressConverter implements ITypeConverter<String> {
    private static final Pattern FOUR_NUMBERS = Pattern.compile("[0-9]{1,3}(\\.[0-9]{1,3}){3}");

    @Override
    public String convert(String text) {
        try {
            // Shorter forms, such as 1.2.3, mean another address than they seem to.
            if (text.contains(":") || FOUR_NUMBERS.matcher(text).matches()) {
                return InetAddress.ofLiteral(text).getHostAddress();
            }
        } catch (IllegalArgumentException notAnAddress) {
            // Told below.
        }
        throw new TypeConversionException("'" + text + "' is no IP address, such as 192.0.2.7 or 2001:db8::7");
    }
}
