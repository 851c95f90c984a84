package dev.holdfast.hub.http;

import dev.holdfast.hub.Hub;
import dev.holdfast.hub.throttle.GateRefusal;
import dev.holdfast.tls.report.Report;
import dev.holdfast.wire.http.HttpRequest;
import dev.holdfast.wire.http.HttpResponse;
import java.time.Instant;
import java.time.InstantSource;
import java.util.OptionalLong;
import java.util.UUID;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** What becomes of a fault: an answer for the caller, and a report where an operator wants to know. */
public record Faults(InstantSource clock, Consumer<Report> reports) {
    private static final int NAME_MAX_CHARS = 260;

    /** @param device that the request is about, as the caller spelled it; null when it is about none */
    public HttpResponse answer(ServiceFault fault, HttpRequest request, @Nullable Hub hub, @Nullable String device) {
        Instant now = clock.instant();
        String requestId = UUID.randomUUID().toString();
        if (fault.isReported()) {
            Report report = Report.of(
                    request.connection(),
                    now,
                    hub == null ? null : hub.name().value(),
                    device == null ? null : device.substring(0, Math.min(NAME_MAX_CHARS, device.length())),
                    fault.reason(),
                    fault.toOperator(),
                    fault.refusal());
            reports.accept(report);
            // Whoever reads the error can ask for the report by the id that clients print.
            requestId = report.id();
        }
        HttpResponse answer = traced(ErrorBody.response(fault, requestId, now), requestId);
        if (!(fault.refusal() instanceof GateRefusal gate)) {
            return answer;
        }
        if (gate.isSwallowed()) {
            // Nothing of the answer reaches the caller then.
            request.connection().cut();
        }
        OptionalLong seconds = gate.retryAfterSeconds();
        return seconds.isPresent() ? answer.with("Retry-After", Long.toString(seconds.getAsLong())) : answer;
    }

    /** An answer with the id of its request. Answers hold keys, so nothing on the way may keep them. */
    public static HttpResponse traced(HttpResponse answer, String requestId) {
        return answer.with("x-ms-request-id", requestId).with("Cache-Control", "no-store");
    }
}
