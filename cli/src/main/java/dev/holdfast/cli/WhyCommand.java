package dev.holdfast.cli;

import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

@Command(
        name = "why",
        description = "Explains refused and ended connections, newest first: what happened, why, and what to change.",
        footer = {
            "",
            "Examples:",
            "  holdfast why --device thermometer-7",
            "  holdfast why --address 192.0.2.7 --since 2h --last 50",
            "  holdfast why 019abc0e8f3b5a1c77d0",
            "  holdfast why --reason ClientAlertUnknownCa --follow"
        })
final class WhyCommand extends ServerCommand {
    private static final int PAGE = 200;
    private static final int SEEN_MAX = 10_000;
    private static final Duration FOLLOW_EVERY = Duration.ofSeconds(1);
    /** With a server that does not answer while it is followed. */
    private static final Duration PATIENCE = Duration.ofMinutes(5);

    @Parameters(
            arity = "0..1",
            paramLabel = "REPORT",
            description = "The id of one report, as errors and log lines have it.")
    private @Nullable String report;

    @Option(names = "--hub", paramLabel = "HUB", description = "Only of this hub (default: of any, and of none).")
    private @Nullable String hub;

    @Option(
            names = "--device",
            paramLabel = "ID",
            description = "Only of this device, by case; also connections that were probably its own.")
    private @Nullable String device;

    @Option(
            names = "--address",
            paramLabel = "IP",
            converter = AddressConverter.class,
            description = "Only from this address.")
    private @Nullable String address;

    @Option(names = "--reason", paramLabel = "REASON", description = "Only of this reason, such as TokenExpired.")
    private @Nullable String reason;

    @Option(
            names = "--since",
            paramLabel = "TIME",
            converter = PointInTime.class,
            description = "Only from then on: 2026-11-22T10:00:00Z, or how long ago: 90s, 15m, 2h, 7d.")
    private @Nullable Instant since;

    @Option(
            names = "--until",
            paramLabel = "TIME",
            converter = PointInTime.class,
            description = "Only until then; as --since.")
    private @Nullable Instant until;

    @Option(names = "--last", paramLabel = "N", description = "So many at most (default: 10).")
    private int last = 10;

    @Option(names = "--follow", description = "Goes on with new ones as they come; Ctrl-C ends it.")
    private boolean follow;

    @Option(names = "--json", description = "Prints each report as one line of JSON, with all that is known.")
    private boolean json;

    WhyCommand(Map<String, String> environment) {
        super(environment);
    }

    @Override
    void check() {
        boolean filtered =
                hub != null || device != null || address != null || reason != null || since != null || until != null;
        if (report != null && report.isBlank()) {
            throw wrongUse("The id of a report is not empty.");
        }
        if (report != null && (filtered || follow)) {
            throw wrongUse("The id of a report names one; leave the other options out.");
        }
        if (last < 0 || (last == 0 && !follow)) {
            throw wrongUse("--last is a number of reports, 1 or more.");
        }
        if (follow && until != null) {
            throw wrongUse("--follow shows what comes, and --until ends before that.");
        }
    }

    @Override
    void run(OperatorClient client) throws CommandFailure {
        if (report != null) {
            print(client.get(OperatorClient.path("reports", report)));
            return;
        }
        if (follow) {
            try {
                follow(client);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            return;
        }
        List<JsonNode> found = newest(client);
        found.forEach(this::print);
        if (found.isEmpty() && !json) {
            out().println("No refused connection is known that fits.");
        }
    }

    private List<JsonNode> newest(OperatorClient client) throws CommandFailure {
        List<JsonNode> found = new ArrayList<>();
        String before = null;
        do {
            JsonNode page = page(client, before, Math.min(PAGE, last - found.size()));
            page.path("reports").forEach(found::add);
            before = page.path("before").asString(null);
        } while (before != null && found.size() < last);
        return found;
    }

    private JsonNode page(OperatorClient client, @Nullable String before, int top) throws CommandFailure {
        Map<String, @Nullable Object> query = new LinkedHashMap<>();
        query.put("hub", hub);
        query.put("device", device);
        query.put("address", address);
        query.put("reason", reason);
        query.put("since", since);
        query.put("until", until);
        query.put("before", before);
        query.put("top", top);
        return client.get(Pages.path("reports", query));
    }

    private void follow(OperatorClient client) throws CommandFailure, InterruptedException {
        SeenReports seen = new SeenReports(SEEN_MAX);
        // Asked for before the last ones are, so that none gets lost between: what did not fit into --last is not new.
        JsonNode before = page(client, null, PAGE).path("reports");
        List<JsonNode> found = last == 0 ? List.of() : newest(client);
        before.forEach(each -> seen.add(each.path("id").asString()));
        found.forEach(each -> seen.add(each.path("id").asString()));
        // What comes is printed below, so the newest of what was is the last.
        found.reversed().forEach(this::print);
        if (since == null && !before.isEmpty()) {
            // By the server's clock: this machine's may be another.
            since = Instant.parse(before.get(0).path("time").asString()).minus(FOLLOW_EVERY);
        }
        while (true) {
            Thread.sleep(FOLLOW_EVERY);
            unseenOnceItAnswers(client, seen).reversed().forEach(this::print);
            if (out().checkError()) {
                // Nobody reads on.
                return;
            }
        }
    }

    /** A server that is started again answers in a while; which one it is, the operator token proves. */
    private List<JsonNode> unseenOnceItAnswers(OperatorClient client, SeenReports seen)
            throws CommandFailure, InterruptedException {
        long patient = System.nanoTime() + PATIENCE.toNanos();
        boolean told = false;
        while (true) {
            try {
                return unseen(client, seen);
            } catch (CommandFailure failure) {
                if (!(failure.getCause() instanceof IOException) || System.nanoTime() > patient) {
                    throw failure;
                }
                if (!told) {
                    err().println("holdfast: " + failure.sentence() + " Trying again for " + PATIENCE.toMinutes()
                            + " minutes.");
                    told = true;
                }
                Thread.sleep(FOLLOW_EVERY);
            }
        }
    }

    /** Newest first. Reports may become known in another order than that of their times, so some are asked for twice. */
    private List<JsonNode> unseen(OperatorClient client, SeenReports seen) throws CommandFailure {
        List<JsonNode> news = new ArrayList<>();
        String before = null;
        boolean onlyNews;
        do {
            JsonNode page = page(client, before, PAGE);
            onlyNews = true;
            for (JsonNode each : page.path("reports")) {
                if (seen.add(each.path("id").asString())) {
                    news.add(each);
                } else {
                    onlyNews = false;
                }
            }
            before = page.path("before").asString(null);
        } while (before != null && onlyNews);
        return news;
    }

    private void print(JsonNode each) {
        if (json) {
            out().println(JsonMapper.shared().writeValueAsString(each));
        } else {
            ReportPrinter.print(out(), each);
        }
    }
}
