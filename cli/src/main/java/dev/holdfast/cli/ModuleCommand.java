package dev.holdfast.cli;

import java.util.List;
import java.util.Map;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.JsonNode;

@Command(
        name = "module",
        description = "Registers, lists, changes and deletes modules of devices, and renews their keys.",
        footer = {"", "Example:", "  holdfast module create gateway-1/filter"})
final class ModuleCommand implements Runnable {
    @Mixin
    private HelpOption help = new HelpOption();

    static CommandLine line(Map<String, String> environment) {
        return new CommandLine(new ModuleCommand())
                .addSubcommand(new ModuleCreateCommand(environment))
                .addSubcommand(new ModuleList(environment))
                .addSubcommand(new Change(environment))
                .addSubcommand(new Delete(environment))
                .addSubcommand(new RenewKeys(environment));
    }

    @Override
    public void run() {
        throw help.wrongUse("Say what to do with modules.");
    }

    @Command(
            name = "list",
            description = "Lists the modules of a device.",
            footer = {"", "Example:", "  holdfast module list gateway-1"})
    static final class ModuleList extends ServerCommand {
        @Parameters(paramLabel = "DEVICE", converter = NameConverter.class, description = "The device.")
        private String device = "";

        @Mixin
        private HubOption hub = new HubOption();

        @Mixin
        private Output output = new Output();

        ModuleList(Map<String, String> environment) {
            super(environment);
        }

        @Override
        void run(OperatorClient client) throws CommandFailure {
            JsonNode modules =
                    client.get(hub.path("devices", device, "modules")).path("modules");
            output.printList(
                    out(),
                    modules,
                    List.of("ID", "AUTHENTICATION", "MANAGED BY", "CONNECTION"),
                    module -> List.of(
                            module.path("id").asString(),
                            module.path("authentication").asString(),
                            module.path("managedBy").asString(""),
                            module.path("connected").asBoolean() ? "connected" : ""));
        }
    }

    @Command(
            name = "set",
            description =
                    "Changes how a module proves who it is. A connection that was opened by what counts no more is"
                            + " ended.",
            footer = {"", "Example:", "  holdfast module set gateway-1/filter --thumbprint 5E0B…"})
    static final class Change extends IdentitySetCommand {
        @Parameters(
                paramLabel = "DEVICE/MODULE",
                converter = ModuleArgument.Converter.class,
                description = "The module.")
        private ModuleArgument name = ModuleArgument.NONE;

        Change(Map<String, String> environment) {
            super(environment);
        }

        @Override
        IdentityArgument identity() {
            return name;
        }
    }

    @Command(
            name = "delete",
            description = "Deletes a module and ends its connection.",
            footer = {"", "Example:", "  holdfast module delete gateway-1/filter"})
    static final class Delete extends IdentityDeleteCommand {
        @Parameters(
                paramLabel = "DEVICE/MODULE",
                converter = ModuleArgument.Converter.class,
                description = "The module.")
        private ModuleArgument name = ModuleArgument.NONE;

        Delete(Map<String, String> environment) {
            super(environment);
        }

        @Override
        IdentityArgument identity() {
            return name;
        }
    }

    @Command(
            name = "renew-keys",
            description = "Makes new keys for a module; tokens that the old ones sign are refused from then on.",
            footer = {"", "Example:", "  holdfast module renew-keys gateway-1/filter --which primary"})
    static final class RenewKeys extends IdentityRenewKeysCommand {
        @Parameters(
                paramLabel = "DEVICE/MODULE",
                converter = ModuleArgument.Converter.class,
                description = "The module.")
        private ModuleArgument name = ModuleArgument.NONE;

        RenewKeys(Map<String, String> environment) {
            super(environment);
        }

        @Override
        IdentityArgument identity() {
            return name;
        }
    }
}
