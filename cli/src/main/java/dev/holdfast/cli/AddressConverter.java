package dev.holdfast.cli;

import dev.holdfast.base.IpAddress;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** An IP address in any of its spellings, as reports have it; never a name, which would have to be looked up. */
final class AddressConverter implements ITypeConverter<String> {
    @Override
    public String convert(String text) {
        return IpAddress.parse(text)
                .orElseThrow(() -> new TypeConversionException(
                        "'" + text + "' is no IP address, such as 192.0.2.7 or 2001:db8::7"));
    }
}
