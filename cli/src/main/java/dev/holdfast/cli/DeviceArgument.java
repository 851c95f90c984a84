package dev.holdfast.cli;

import picocli.CommandLine.ITypeConverter;

/** A device as commands name it: its id. */
record DeviceArgument(String id) implements IdentityArgument {
    static final DeviceArgument NONE = new DeviceArgument("");

    @Override
    public String kind() {
        return "Device";
    }

    @Override
    public String fileName() {
        return id;
    }

    @Override
    public String collection(HubOption hub) {
        return hub.path("devices");
    }

    @Override
    public String toString() {
        return id;
    }

    static final class Converter implements ITypeConverter<DeviceArgument> {
        private final NameConverter names = new NameConverter();

        @Override
        public DeviceArgument convert(String text) {
            return new DeviceArgument(names.convert(text));
        }
    }
}
