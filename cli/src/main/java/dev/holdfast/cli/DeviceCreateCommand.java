package dev.holdfast.cli;

import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.node.ObjectNode;

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
final class DeviceCreateCommand implements Callable<Integer> {
    @Parameters(
            paramLabel = "ID",
            converter = NameConverter.class,
            description = "1 to 128 letters, digits or marks; compared by case.")
    private String id = "";

    @Mixin
    private NewCredential credential = new NewCredential();

    @Mixin
    private HubOption hub = new HubOption();

    @Mixin
    private final ServerOptions server;

    @Mixin
    private Output output = new Output();

    @Mixin
    private HelpOption help = new HelpOption();

    DeviceCreateCommand(Map<String, String> environment) {
        this.server = new ServerOptions(environment);
    }

    @Override
    public Integer call() throws CommandFailure {
        credential.check(help);
        // The server is looked for last, when the files are there.
        ObjectNode device = credential.register(id, id, wanted -> {
            try (OperatorClient client = server.connect()) {
                return (ObjectNode) client.post(hub.path("devices"), wanted);
            }
        });
        if (output.isJson()) {
            output.printJson(help.out(), device);
        } else {
            help.out().println("Device " + id + " is registered.");
            credential.print(help.out(), device, id);
        }
        return 0;
    }
}
