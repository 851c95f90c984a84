package dev.holdfast.cli;

import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/**
 * Reads names that become part of a path. An empty one, often a shell variable that is not set, would make it the path of
 * something else; clients and servers take the other two out of every path (RFC 3986, 5.2.4).
 */
final class NameConverter implements ITypeConverter<String> {
    @Override
    public String convert(String text) {
        if (text.isEmpty()) {
            throw new TypeConversionException("it is empty; is a variable of the shell not set?");
        }
        if (text.equals(".") || text.equals("..")) {
            throw new TypeConversionException("'" + text + "' can't be a name, since no request can carry it");
        }
        return text;
    }
}
