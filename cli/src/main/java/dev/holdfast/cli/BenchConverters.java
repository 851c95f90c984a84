package dev.holdfast.cli;

import dev.holdfast.cli.bench.CommandKind;
import dev.holdfast.cli.bench.Exchange;
import dev.holdfast.cli.bench.LoadTls;
import java.util.Arrays;
import java.util.stream.Collectors;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Read enums of a bench as they are spelled on the command line. */
final class BenchConverters {
    private BenchConverters() {}

    private static <E extends Enum<E>> E one(E[] values, String text) {
        for (E value : values) {
            if (value.toString().equalsIgnoreCase(text)) {
                return value;
            }
        }
        throw new TypeConversionException(
                "expected " + Arrays.stream(values).map(Enum::toString).collect(Collectors.joining(" or ")));
    }

    static final class Reader implements ITypeConverter<BenchPublishCommand.ReaderKind> {
        @Override
        public BenchPublishCommand.ReaderKind convert(String text) {
            return one(BenchPublishCommand.ReaderKind.values(), text);
        }
    }

    static final class Kind implements ITypeConverter<CommandKind> {
        @Override
        public CommandKind convert(String text) {
            return one(CommandKind.values(), text);
        }
    }

    static final class ExchangeReader implements ITypeConverter<Exchange> {
        @Override
        public Exchange convert(String text) {
            return one(Exchange.values(), text);
        }
    }

    static final class Version implements ITypeConverter<LoadTls.Version> {
        @Override
        public LoadTls.Version convert(String text) {
            return one(LoadTls.Version.values(), text);
        }
    }

    static final class Key implements ITypeConverter<LoadTls.Key> {
        @Override
        public LoadTls.Key convert(String text) {
            return one(LoadTls.Key.values(), text);
        }
    }

    static final class Group implements ITypeConverter<LoadTls.Group> {
        @Override
        public LoadTls.Group convert(String text) {
            return one(LoadTls.Group.values(), text);
        }
    }
}
