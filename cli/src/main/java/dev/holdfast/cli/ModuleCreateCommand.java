package dev.holdfast.cli;

import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

@Command(
        name = "create",
        description = "Registers a module of a device and prints its connection string.",
        footer = {
            "",
            "Examples:",
            "  holdfast module create gateway-1/filter",
            "  holdfast module create gateway-1/camera --auth ca"
        })
final class ModuleCreateCommand extends IdentityCreateCommand {
    @Parameters(
            paramLabel = "DEVICE/MODULE",
            converter = ModuleArgument.Converter.class,
            description =
                    "The device, which is registered already, and the new module's id: 1 to 128 letters, digits or"
                            + " marks; compared by case.")
    private ModuleArgument name = ModuleArgument.NONE;

    ModuleCreateCommand(Map<String, String> environment) {
        super(environment);
    }

    @Override
    IdentityArgument identity() {
        return name;
    }
}
