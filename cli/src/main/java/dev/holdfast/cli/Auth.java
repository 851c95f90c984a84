package dev.holdfast.cli;

import java.util.Locale;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** How a device or module proves who it is, as it is spelled on the command line. */
enum Auth {
    SAS,
    SELF_SIGNED,
    CA,
    NONE;

    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    static final class Converter implements ITypeConverter<Auth> {
        @Override
        public Auth convert(String text) {
            for (Auth auth : Auth.values()) {
                if (auth.toString().equalsIgnoreCase(text)) {
                    return auth;
                }
            }
            throw new TypeConversionException("expected sas, self-signed, ca or none");
        }
    }
}
