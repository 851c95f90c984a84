package dev.holdfast.cli;

import java.util.Map;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

@Command(
        name = "device",
        description = "Registers, lists, changes, disables, enables and deletes devices, and renews their keys.",
        footer = {"", "Example:", "  holdfast device create thermometer-7"})
final class DeviceCommand implements Runnable {
    @Mixin
    private HelpOption help = new HelpOption();

    static CommandLine line(Map<String, String> environment) {
        return new CommandLine(new DeviceCommand())
                .addSubcommand(new DeviceCreateCommand(environment))
                .addSubcommand(new DeviceListCommand(environment))
                .addSubcommand(new DeviceSetCommand(environment))
                .addSubcommand(new Delete(environment))
                .addSubcommand(new Disable(environment))
                .addSubcommand(new Enable(environment))
                .addSubcommand(new RenewKeys(environment));
    }

    @Override
    public void run() {
        throw help.wrongUse("Say what to do with devices.");
    }

    @Command(
            name = "delete",
            description = "Deletes a device with its modules and ends their connections.",
            footer = {"", "Example:", "  holdfast device delete thermometer-7"})
    static final class Delete extends IdentityDeleteCommand {
        @Parameters(paramLabel = "ID", converter = DeviceArgument.Converter.class, description = "The device.")
        private DeviceArgument id = DeviceArgument.NONE;

        Delete(Map<String, String> environment) {
            super(environment);
        }

        @Override
        IdentityArgument identity() {
            return id;
        }
    }

    @Command(
            name = "disable",
            description = "Keeps a device and its modules out and ends their connections, until it is enabled again.",
            footer = {"", "Example:", "  holdfast device disable thermometer-7 --reason 'lost on 3 May'"})
    static final class Disable extends ServerCommand {
        @Parameters(paramLabel = "ID", converter = NameConverter.class, description = "The device.")
        private String id = "";

        @Option(names = "--reason", paramLabel = "TEXT", description = "Why, for whoever looks later.")
        private String reason = "";

        @Mixin
        private HubOption hub = new HubOption();

        Disable(Map<String, String> environment) {
            super(environment);
        }

        @Override
        void run(OperatorClient client) throws CommandFailure {
            setEnabled(client, hub, id, false, reason);
            out().println("Device " + id + " of hub " + hub.name() + " is disabled.");
        }
    }

    @Command(
            name = "enable",
            description = "Lets a disabled device connect again.",
            footer = {"", "Example:", "  holdfast device enable thermometer-7"})
    static final class Enable extends ServerCommand {
        @Parameters(paramLabel = "ID", converter = NameConverter.class, description = "The device.")
        private String id = "";

        @Mixin
        private HubOption hub = new HubOption();

        Enable(Map<String, String> environment) {
            super(environment);
        }

        @Override
        void run(OperatorClient client) throws CommandFailure {
            setEnabled(client, hub, id, true, "");
            out().println("Device " + id + " of hub " + hub.name() + " is enabled.");
        }
    }

    private static void setEnabled(OperatorClient client, HubOption hub, String id, boolean enabled, String reason)
            throws CommandFailure {
        ObjectNode change = JsonMapper.shared().createObjectNode();
        change.put("enabled", enabled).put("statusReason", reason);
        JsonNode _ = client.patch(hub.path("devices", id), change);
    }

    @Command(
            name = "renew-keys",
            description = "Makes new keys for a device; tokens that the old ones sign are refused from then on.",
            footer = {
                "",
                "Example, to replace both keys without an interruption: give the device its secondary key, then",
                "  holdfast device renew-keys thermometer-7 --which primary",
                "and the other way round."
            })
    static final class RenewKeys extends IdentityRenewKeysCommand {
        @Parameters(paramLabel = "ID", converter = DeviceArgument.Converter.class, description = "The device.")
        private DeviceArgument id = DeviceArgument.NONE;

        RenewKeys(Map<String, String> environment) {
            super(environment);
        }

        @Override
        IdentityArgument identity() {
            return id;
        }
    }
}
