package dev.holdfast.cli;

import dev.holdfast.cli.text.Printable;
import dev.holdfast.cli.trace.NextText;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** Asks a server for the next handshake that reaches it, and waits. */
final class NextHandshake {
    private static final int USUAL_SECONDS = 120;

    @Option(
            names = "--next",
            description = "Waits for the next handshake that reaches the server, instead of shaking hands with it.")
    private boolean next;

    @Option(names = "--device", paramLabel = "ID", description = "With --next: only of this device, let in or refused.")
    private @Nullable String device;

    @Option(
            names = "--address",
            paramLabel = "IP",
            converter = AddressConverter.class,
            description = "With --next: only from this address.")
    private @Nullable String address;

    @Option(names = "--hub", paramLabel = "HUB", description = "With --next: only with this hub.")
    private @Nullable String hub;

    @Option(
            names = "--timeout",
            paramLabel = "SECONDS",
            description = "With --next: waits so long, up to 600 (default: 120).")
    private @Nullable Integer timeout;

    boolean isWanted() {
        return next;
    }

    /** Options that mean nothing without {@code --next}. */
    boolean isFiltered() {
        return device != null || address != null || hub != null || timeout != null;
    }

    /** Prints the handshake; fails when nobody came or whoever came was refused. */
    void run(OperatorClient client, Output output, PrintWriter out, PrintWriter err) throws CommandFailure {
        JsonNode waiting = client.post("traces", question());
        String path = OperatorClient.path("traces", waiting.path("id").asString());
        Thread withdrawal = new Thread(() -> withdraw(client, path), "holdfast-withdraw-trace");
        Runtime.getRuntime().addShutdownHook(withdrawal);
        JsonNode trace;
        try {
            // Not among what is printed: a script reads that.
            err.println("Waiting for the next handshake" + wanted() + ", until "
                    + waiting.path("until").asString() + "; Ctrl-C gives up.");
            err.flush();
            trace = await(client, path);
        } finally {
            removeHook(withdrawal);
            withdraw(client, path);
        }
        if (output.isJson()) {
            output.printJson(out, trace);
        } else {
            new NextText(out, trace).print();
        }
        Optional<String> complaint = NextText.complaint(trace);
        if (complaint.isPresent()) {
            throw new CommandFailure(Printable.of(complaint.get()));
        }
    }

    private ObjectNode question() {
        ObjectNode question = JsonMapper.shared().createObjectNode();
        if (device != null) {
            question.put("device", device);
        }
        if (address != null) {
            question.put("address", address);
        }
        if (hub != null) {
            question.put("hub", hub);
        }
        return question.put("timeoutSeconds", timeout == null ? USUAL_SECONDS : timeout);
    }

    private String wanted() {
        List<String> parts = new ArrayList<>();
        if (device != null) {
            parts.add("of the device " + device);
        }
        if (address != null) {
            parts.add("from " + address);
        }
        if (hub != null) {
            parts.add("with the hub " + hub);
        }
        return parts.isEmpty() ? "" : " " + Printable.of(String.join(", ", parts));
    }

    /** The server answers each question after a while, whether somebody came or not. */
    private JsonNode await(OperatorClient client, String path) throws CommandFailure {
        Duration max = Duration.ofSeconds(timeout == null ? USUAL_SECONDS : timeout);
        long begun = System.nanoTime();
        int notLookedAt = 0;
        while (true) {
            boolean late = System.nanoTime() - begun >= max.toNanos();
            JsonNode answer;
            try {
                answer = client.get(path);
            } catch (CommandFailure gone) {
                // At the end of its time the server forgets it.
                if (!late) {
                    throw gone;
                }
                throw nobody(max, notLookedAt);
            }
            if (answer.has("trace")) {
                return answer.path("trace");
            }
            notLookedAt = answer.path("notLookedAt").asInt(0);
            if (System.nanoTime() - begun >= max.toNanos()) {
                throw nobody(max, notLookedAt);
            }
        }
    }

    private CommandFailure nobody(Duration max, int notLookedAt) {
        return new CommandFailure("no handshake" + wanted() + " came to an end within " + max.toSeconds() + " s."
                + (notLookedAt == 0
                        ? ""
                        : " " + notLookedAt + " connections were not looked at, since too many came at once: name an"
                                + " address with --address.")
                + (device == null
                        ? ""
                        : " A device is known only when it has shaken hands and named itself: for one that fails"
                                + " before, give --address."));
    }

    private static void withdraw(OperatorClient client, String path) {
        try {
            client.delete(path);
        } catch (CommandFailure _) {
            // The server withdraws it by itself after a while.
        }
    }

    private static void removeHook(Thread hook) {
        try {
            Runtime.getRuntime().removeShutdownHook(hook);
        } catch (IllegalStateException _) {
            // It runs already.
        }
    }
}
