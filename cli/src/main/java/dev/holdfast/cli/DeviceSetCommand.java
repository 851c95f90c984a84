package dev.holdfast.cli;

import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.JsonNode;

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
final class DeviceSetCommand extends ServerCommand {
    @Parameters(paramLabel = "ID", converter = NameConverter.class, description = "The device.")
    private String id = "";

    @Mixin
    private ChangedCredential credential = new ChangedCredential();

    @Mixin
    private HubOption hub = new HubOption();

    @Mixin
    private Output output = new Output();

    DeviceSetCommand(Map<String, String> environment) {
        super(environment);
    }

    @Override
    void check() {
        credential.check(help());
    }

    @Override
    void run(OperatorClient client) throws CommandFailure {
        JsonNode device = client.patch(hub.path("devices", id), credential.wanted());
        output.printRegistered(out(), "Device " + id + " of hub " + hub.name() + " is changed.", device);
    }
}
