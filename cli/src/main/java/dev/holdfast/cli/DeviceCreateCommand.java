package dev.holdfast.cli;

import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

@Command(
        name = "create",
        description = "Registers a device and prints its connection string.",
        footer = {
            "",
            "Examples:",
            "  holdfast device create thermometer-7",
            "  holdfast device create valve-1 --auth self-signed --out valve-1",
            "  holdfast device create pump-3 --auth ca"
        })
final class DeviceCreateCommand extends IdentityCreateCommand {
    @Parameters(
            paramLabel = "ID",
            converter = DeviceArgument.Converter.class,
            description = "1 to 128 letters, digits or marks; compared by case.")
    private DeviceArgument id = DeviceArgument.NONE;

    DeviceCreateCommand(Map<String, String> environment) {
        super(environment);
    }

    @Override
    IdentityArgument identity() {
        return id;
    }
}
