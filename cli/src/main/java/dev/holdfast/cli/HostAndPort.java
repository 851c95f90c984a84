package dev.holdfast.cli;

import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/**
 * A server's place, as {@code HOST:PORT}; an IPv6 address stands in brackets.
 *
 * @param host name or address, without brackets
 */
record HostAndPort(String host, int port) {
    private static final Pattern FORM = Pattern.compile("(?:\\[([0-9A-Fa-f:.%]{2,80})]|([^:\\s/]{1,255})):(\\d{1,5})");
    private static final int PORT_MAX = 65_535;

    boolean isAddress() {
        return host.indexOf(':') >= 0 || host.matches("[0-9]{1,3}(\\.[0-9]{1,3}){3}");
    }

    static final class Converter implements ITypeConverter<HostAndPort> {
        @Override
        public HostAndPort convert(String text) {
            Matcher parts = FORM.matcher(text);
            if (!parts.matches()) {
                throw new TypeConversionException("expected HOST:PORT, such as hub1.example.com:8883 or [::1]:8883");
            }
            int port = Integer.parseInt(parts.group(3));
            if (port < 1 || port > PORT_MAX) {
                throw new TypeConversionException("ports are from 1 to " + PORT_MAX);
            }
            return new HostAndPort(parts.group(1) != null ? parts.group(1) : parts.group(2), port);
        }
    }
}
