package dev.holdfast.server.operator;

import dev.holdfast.base.DeviceId;
import dev.holdfast.base.HubName;
import dev.holdfast.base.ModuleId;
import dev.holdfast.hub.Hub;
import dev.holdfast.hub.Hubs;
import dev.holdfast.insight.trace.TraceFilter;
import dev.holdfast.insight.trace.TraceRequest;
import dev.holdfast.insight.trace.Traces;
import dev.holdfast.wire.http.HttpRequest;
import dev.holdfast.wire.http.HttpResponse;
import java.net.InetAddress;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ObjectNode;

/** {@code traces}: waits for the next handshake that fits, and shows it step by step. */
public final class TracesResource {
    private static final Set<String> MEMBERS = Set.of("device", "address", "hub", "timeoutSeconds");
    private static final int USUAL_SECONDS = 120;

    private final Traces traces;
    private final Hubs hubs;

    public TracesResource(Traces traces, Hubs hubs) {
        this.traces = traces;
        this.hubs = hubs;
    }

    /** @param path the segments behind {@code traces} */
    HttpResponse answer(HttpRequest request, List<String> path) throws BadRequest {
        // Whoever asks often comes from the very address that is asked for.
        traces.leaveOut(request.connection());
        return switch (path.size()) {
            case 0 -> request.method().equals("POST") ? ask(request.body()) : Answers.methodNotAllowed("POST");
            case 1 ->
                switch (request.method()) {
                    case "GET" -> show(path.getFirst());
                    case "DELETE" -> {
                        traces.withdraw(path.getFirst());
                        yield Answers.noContent();
                    }
                    default -> Answers.methodNotAllowed("GET, DELETE");
                };
            default -> Answers.notFound();
        };
    }

    private HttpResponse ask(byte[] body) throws BadRequest {
        RequestBody read = RequestBody.read(body, MEMBERS);
        String hub = read.optionalText("hub");
        if (hub != null) {
            Optional<Hub> found = HubName.parse(hub).flatMap(hubs::byName);
            if (found.isEmpty()) {
                return Answers.unknownHub();
            }
            hub = found.get().name().value();
        }
        TraceFilter filter =
                new TraceFilter(device(read.optionalText("device")), hub, address(read.optionalText("address")));
        int seconds = read.number("timeoutSeconds", USUAL_SECONDS);
        long max = traces.limits().waitMaxTime().toSeconds();
        if (seconds < 1 || seconds > max) {
            throw new BadRequest("'timeoutSeconds' is 1 to " + max + ".");
        }
        return traces.ask(filter, Duration.ofSeconds(seconds))
                .map(waiting -> Answers.json(201, waiting(waiting)))
                .orElseGet(
                        () -> Answers.error(
                                409,
                                "TooManyTraces",
                                traces.limits().waitingMax()
                                        + " others wait for a handshake already. Wait until one of them has it, or is given up."));
    }

    private static @Nullable String device(@Nullable String text) throws BadRequest {
        if (text == null) {
            return null;
        }
        String[] parts = text.split("/", 2);
        boolean good = DeviceId.parse(parts[0]).isPresent()
                && (parts.length == 1 || ModuleId.parse(parts[1]).isPresent());
        if (!good) {
            throw new BadRequest("'device' is no id that a device or a module could have.");
        }
        return text;
    }

    private static @Nullable InetAddress address(@Nullable String text) throws BadRequest {
        try {
            return text == null ? null : InetAddress.ofLiteral(text);
        } catch (IllegalArgumentException _) {
            throw new BadRequest("'address' is an IPv4 or IPv6 address such as 192.0.2.7.");
        }
    }

    private HttpResponse show(String id) {
        Optional<TraceRequest> found = traces.find(id);
        if (found.isEmpty()) {
            return Answers.error(
                    404,
                    "UnknownTrace",
                    "Nobody waits under this id: the time is over, or it was not asked for during "
                            + traces.limits().askedEvery().toSeconds() + " s.");
        }
        TraceRequest request = found.get();
        try {
            return request.await(traces.limits().answerMaxTime())
                    .map(trace -> {
                        ObjectNode json = Answers.object().put("id", id).put("state", "seen");
                        json.set("trace", trace);
                        return Answers.json(200, json);
                    })
                    .orElseGet(() -> Answers.json(200, waiting(request)));
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
            return Answers.error(503, "ServerStopping", "The server stops.");
        }
    }

    private static ObjectNode waiting(TraceRequest request) {
        return Answers.object()
                .put("id", request.id())
                .put("state", "waiting")
                .put("until", request.until().toString())
                .put("notLookedAt", request.notLookedAt());
    }
}
