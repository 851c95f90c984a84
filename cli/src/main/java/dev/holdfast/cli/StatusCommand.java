package dev.holdfast.cli;

import java.io.PrintWriter;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import tools.jackson.databind.JsonNode;

@Command(
        name = "status",
        description = "Shows the server's version, how long it runs, what computes under TLS, and its hubs with their"
                + " devices and connections.",
        footer = {"", "Example:", "  holdfast status --json"})
final class StatusCommand extends ServerCommand {
    @Mixin
    private Output output = new Output();

    StatusCommand(Map<String, String> environment) {
        super(environment);
    }

    @Override
    void run(OperatorClient client) throws CommandFailure {
        JsonNode status = client.get("status");
        if (output.isJson()) {
            output.printJson(out(), status);
        } else {
            out().println("Holdfast " + status.path("version").asString() + " at "
                    + client.address().url() + ", up for "
                    + uptime(Duration.ofSeconds(status.path("uptimeSeconds").asLong())) + ".");
            out().println(tls(status.path("tls")));
            if (status.path("faultInjection").asBoolean(false)) {
                out().println("Fault injection is on: connections are broken and requests refused for whoever asks.");
            }
            print(out(), status.path("hubs"));
        }
    }

    private static String tls(JsonNode tls) {
        String why = tls.path("notAccelerated").asString("");
        return "TLS is computed by " + tls.path("provider").asString() + " "
                + tls.path("version").asString() + (why.isEmpty() ? "." : ": " + why + ".");
    }

    private static void print(PrintWriter out, JsonNode hubs) {
        List<List<String>> rows = new ArrayList<>();
        for (JsonNode hub : hubs) {
            rows.add(List.of(
                    hub.path("name").asString(),
                    hub.path("hostName").asString(),
                    hub.path("devices").asString(),
                    hub.path("connections").asString(),
                    hub.path("messages").asString()));
        }
        Output.printTable(out, List.of("HUB", "HOST NAME", "DEVICES", "CONNECTED", "MESSAGES KEPT"), rows);
    }

    static String uptime(Duration up) {
        if (up.toHours() >= 24) {
            return up.toDays() + " d " + up.toHoursPart() + " h";
        }
        if (up.toMinutes() >= 60) {
            return up.toHours() + " h " + up.toMinutesPart() + " min";
        }
        return up.toMinutes() + " min " + up.toSecondsPart() + " s";
    }
}
