package dev.holdfast.cli;

import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** A module as commands, logs and certificates name it: {@code DEVICE/MODULE}. */
record ModuleArgument(String device, String id) implements IdentityArgument {
    static final ModuleArgument NONE = new ModuleArgument("", "");

    @Override
    public String kind() {
        return "Module";
    }

    @Override
    public String fileName() {
        return device + "-" + id;
    }

    @Override
    public String collection(HubOption hub) {
        return hub.path("devices", device, "modules");
    }

    @Override
    public String toString() {
        return device + "/" + id;
    }

    static final class Converter implements ITypeConverter<ModuleArgument> {
        private final NameConverter names = new NameConverter();

        @Override
        public ModuleArgument convert(String text) {
            int slash = text.indexOf('/');
            if (slash < 0 || text.indexOf('/', slash + 1) >= 0) {
                throw new TypeConversionException("expected DEVICE/MODULE, such as gateway-1/filter");
            }
            return new ModuleArgument(
                    names.convert(text.substring(0, slash)), names.convert(text.substring(slash + 1)));
        }
    }
}
