package dev.holdfast.cli;

import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.node.ObjectNode;

@Command(
        name = "create",
        description = "Registers a module of a device and prints its connection string.",
        footer = {
            "",
            "Examples:",
            "  holdfast module create gateway-1/filter",
            "  holdfast module create gateway-1/camera --auth ca"
        })
final class ModuleCreateCommand implements Callable<Integer> {
    @Parameters(
            paramLabel = "DEVICE/MODULE",
            converter = ModuleArgument.Converter.class,
            description =
                    "The device, which is registered already, and the new module's id: 1 to 128 letters, digits or"
                            + " marks; compared by case.")
    private ModuleArgument name = ModuleArgument.NONE;

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

    ModuleCreateCommand(Map<String, String> environment) {
        this.server = new ServerOptions(environment);
    }

    @Override
    public Integer call() throws CommandFailure {
        credential.check(help);
        String fileName = name.device() + "-" + name.module();
        ObjectNode module = credential.register(name.module(), fileName, wanted -> {
            try (OperatorClient client = server.connect()) {
                return (ObjectNode) client.post(hub.path("devices", name.device(), "modules"), wanted);
            }
        });
        if (output.isJson()) {
            output.printJson(help.out(), module);
        } else {
            help.out().println("Module " + name + " is registered.");
            credential.print(help.out(), module, name.toString());
        }
        return 0;
    }
}
