package dev.holdfast.cli;

import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

@Command(
        name = "set",
        description = "Changes how a device proves who it is. A connection that was opened by what counts no more is"
                + " ended.",
        footer = {
            "",
            "Examples:",
            "  holdfast device set valve-1 --thumbprint 5E0B… --thumbprint 91C7…",
            "  holdfast device set valve-1 --auth sas"
        })
final class DeviceSetCommand extends IdentitySetCommand {
    @Parameters(paramLabel = "ID", converter = DeviceArgument.Converter.class, description = "The device.")
    private DeviceArgument id = DeviceArgument.NONE;

    DeviceSetCommand(Map<String, String> environment) {
        super(environment);
    }

    @Override
    IdentityArgument identity() {
        return id;
    }
}
