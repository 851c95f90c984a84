package dev.holdfast.cli;

import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** A module as commands, logs and certificates name it: {@code DEVICE/MODULE}. */
record ModuleArgument(String device, String module) {
    static final ModuleArgument NONE = new ModuleArgument("", "");

    /** Its path below its hub in the operator API. */
    String path(HubOption hub, String... more) {
        String path = hub.path("devices", device, "modules", module);
        return more.length == 0 ? path : path + "/" + OperatorClient.path(more);
    }

    @Override
    public String toString() {
        return device + "/" + module;
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
