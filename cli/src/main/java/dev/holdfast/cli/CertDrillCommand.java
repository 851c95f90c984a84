package dev.holdfast.cli;

import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

@Command(
        name = "drill",
        description =
                "Rehearses a change of root: some devices are shown a chain under the reserve root, or another one, and what"
                        + " they make of it is told. Whoever refuses it gets the usual chain at the next attempt; when too many"
                        + " do, or one stays away, everybody does.",
        footer = {
            "",
            "Examples:",
            "  holdfast cert drill start --hub hub1 --key-type rsa --percent 5",
            "  holdfast cert drill status",
            "  holdfast cert drill finish"
        })
final class CertDrillCommand implements Runnable {
    static final String PATH = "certificates/drill";

    @Mixin
    private HelpOption help = new HelpOption();

    static CommandLine line(Map<String, String> environment) {
        return new CommandLine(new CertDrillCommand())
                .addSubcommand(new CertDrillStartCommand(environment))
                .addSubcommand(new Status(environment))
                .addSubcommand(new Pause(environment))
                .addSubcommand(new Resume(environment))
                .addSubcommand(new Finish(environment))
                .addSubcommand(new Abort(environment));
    }

    @Override
    public void run() {
        throw help.wrongUse("Say what to do with the drill.");
    }

    static void print(PrintWriter out, JsonNode drill) {
        JsonNode counts = drill.path("counts");
        out.println("Drill of:       " + drill.path("rootSubject").asString() + " ("
                + drill.path("keyType").asString() + "), hub "
                + drill.path("hub").asString());
        out.println("State:          " + state(drill));
        out.println("Since:          " + drill.path("started").asString()
                + (drill.has("ended") ? " to " + drill.path("ended").asString() : ""));
        out.println("Accepted:       " + counts.path("accepted").asInt());
        out.println("Refused:        " + counts.path("refused").asInt() + " (with more than "
                + drill.path("refusedMax").asInt() + " it goes back)");
        out.println("Stayed away:    " + counts.path("stayedAway").asInt());
        out.println("Shown, waiting: " + counts.path("shown").asInt());
        out.println("Not seen:       " + counts.path("notSeen").asInt());
        out.println("Not told apart: " + counts.path("notToldApart").asInt()
                + " (others come from the same address with the same hello; they keep the usual chain)");
        if (drill.path("leftOut").asInt() > 0) {
            out.println("Left out:       " + drill.path("leftOut").asInt()
                    + " that fit and would not be shown this chain: their TLS takes a certificate of the other key type, or they came"
                    + " under a name that has none of these");
        }
        out.println("Proved safe:    " + drill.path("provedPercent").asString() + " % of the "
                + drill.path("fleet").asInt() + " devices of the hub that have ever connected");
    }

    private static String state(JsonNode drill) {
        String state = drill.path("state").asString();
        String because = drill.path("because").asString("");
        return switch (state) {
            case "wentBack" -> "went back: " + because + ". Everybody is shown the usual chain.";
            case "running" -> drill.path("waitsForChain").asBoolean() ? "running, its chain is being made" : "running";
            default -> state;
        };
    }

    /** Every device of the cohort, or those of one outcome. */
    static List<JsonNode> devices(OperatorClient client, String query) throws CommandFailure {
        List<JsonNode> devices = new ArrayList<>();
        String after = "";
        do {
            JsonNode page = client.get(PATH + "/devices?after=" + OperatorClient.encode(after) + query);
            page.path("devices").forEach(devices::add);
            after = page.path("next").asString("");
        } while (!after.isEmpty());
        return devices;
    }

    @Command(
            name = "status",
            description = "Says how the drill stands, and which devices refused the root or stayed away.",
            footer = {"", "Examples:", "  holdfast cert drill status", "  holdfast cert drill status --devices --json"})
    static final class Status extends ServerCommand {
        @CommandLine.Option(names = "--devices", description = "Every device of the cohort, not only those in trouble.")
        private boolean all;

        @Mixin
        private Output output = new Output();

        Status(Map<String, String> environment) {
            super(environment);
        }

        @Override
        void run(OperatorClient client) throws CommandFailure {
            JsonNode drill = client.get(PATH);
            List<JsonNode> devices = new ArrayList<>();
            if (all) {
                devices.addAll(devices(client, ""));
            } else {
                devices.addAll(devices(client, "&outcome=refused"));
                devices.addAll(devices(client, "&outcome=stayedAway"));
            }
            if (output.isJson()) {
                var json = drill.deepCopy().asObject();
                json.set("devices", JsonMapper.shared().createArrayNode().addAll(devices));
                output.printJson(out(), json);
                return;
            }
            print(out(), drill);
            if (!devices.isEmpty()) {
                out().println();
                Output.printTable(
                        out(),
                        List.of("DEVICE", "OUTCOME", "ADDRESS", "AT", "WHY", "BACK"),
                        devices.stream().map(Status::row).toList());
            }
        }

        private static List<String> row(JsonNode device) {
            return List.of(
                    device.path("device").asString(),
                    device.path("outcome").asString(),
                    device.path("address").asString(),
                    device.path("at").asString(""),
                    device.path("why").asString(""),
                    device.path("back").asBoolean() ? "yes" : "");
        }
    }

    /** Turns the drill into another state. */
    abstract static class Turn extends ServerCommand {
        private final String what;

        @Mixin
        private Output output = new Output();

        Turn(Map<String, String> environment, String what) {
            super(environment);
            this.what = what;
        }

        @Override
        void run(OperatorClient client) throws CommandFailure {
            JsonNode drill = client.post(PATH + "/" + what, JsonMapper.shared().createObjectNode());
            if (output.isJson()) {
                output.printJson(out(), drill);
            } else {
                print(out(), drill);
            }
        }
    }

    @Command(
            name = "pause",
            description = "Shows everybody the usual chain until the drill is resumed.",
            footer = {"", "Example:", "  holdfast cert drill pause"})
    static final class Pause extends Turn {
        Pause(Map<String, String> environment) {
            super(environment, "pause");
        }
    }

    @Command(
            name = "resume",
            description = "Goes on with a drill that was paused.",
            footer = {"", "Example:", "  holdfast cert drill resume"})
    static final class Resume extends Turn {
        Resume(Map<String, String> environment) {
            super(environment, "resume");
        }
    }

    @Command(
            name = "finish",
            description =
                    "Ends the drill; everybody is shown the usual chain, and what was learned stays to be read. The change"
                            + " itself is 'cert server root promote'.",
            footer = {"", "Example:", "  holdfast cert drill finish"})
    static final class Finish extends Turn {
        Finish(Map<String, String> environment) {
            super(environment, "finish");
        }
    }

    @Command(
            name = "abort",
            description = "Gives the drill up at once; everybody is shown the usual chain.",
            footer = {"", "Example:", "  holdfast cert drill abort"})
    static final class Abort extends Turn {
        Abort(Map<String, String> environment) {
            super(environment, "abort");
        }
    }
}
