package dev.holdfast.hub.device.http;

import dev.holdfast.base.Limits;
import dev.holdfast.hub.Hub;
import dev.holdfast.hub.fault.Carrier;
import dev.holdfast.hub.fault.FaultOrder;
import dev.holdfast.hub.fault.FaultOrders;
import dev.holdfast.hub.fault.FaultRefusal;
import dev.holdfast.hub.http.ServiceFault;
import dev.holdfast.hub.identity.DeviceAuthentication;
import dev.holdfast.hub.identity.Identity;
import dev.holdfast.hub.link.LinkEnd;
import dev.holdfast.hub.telemetry.SendTelemetry;
import dev.holdfast.hub.telemetry.Stamp;
import dev.holdfast.hub.telemetry.TelemetryMessage;
import dev.holdfast.hub.telemetry.TelemetryRefusal;
import dev.holdfast.hub.telemetry.TelemetryResult;
import dev.holdfast.wire.http.HttpRequest;
import dev.holdfast.wire.http.HttpResponse;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;

/** {@code POST …/messages/events}: one message, or a batch by its Content-Type. Answered when all of it is on disk. */
final class Telemetry {
    private static final String BATCH = "application/vnd.microsoft.iothub.json";

    private final Limits.Telemetry limits;

    Telemetry(Limits.Telemetry limits) {
        this.limits = limits;
    }

    /** Refuses by its head what will be too long. */
    void checkLength(HttpRequest head) throws ServiceFault {
        String announced = head.header("content-length").orElse("");
        // What is no number came in chunks.
        long bytes = announced.isEmpty() ? 0 : Long.parseLong(announced);
        if (isBatch(head)) {
            if (bytes > bodyMaxBytes(head)) {
                throw ServiceFault.of(new TelemetryRefusal.BatchTooLarge(bytes, limits.messageMaxBytes()));
            }
        } else if (bytes > limits.messageMaxBytes()) {
            throw ServiceFault.of(new TelemetryRefusal.MessageTooLarge(bytes, limits.messageMaxBytes()));
        }
    }

    /** Base64 makes four characters of three bytes; names, quotes and brackets come on top. */
    long bodyMaxBytes(HttpRequest head) {
        return isBatch(head) ? 4L * limits.messageMaxBytes() : limits.messageMaxBytes();
    }

    HttpResponse send(Hub hub, DeviceAuthentication.Accepted sender, HttpRequest request) throws ServiceFault {
        Stamp stamp = new Stamp(sender.identity(), sender.generation(), sender.method(), null);
        CompletableFuture<TelemetryResult> result = new CompletableFuture<>();
        if (isBatch(request)) {
            List<TelemetryMessage> messages = BatchBody.read(request.body(), limits.batchMaxMessages());
            hub.intake().takeAll(stamp, messages, result::complete);
        } else {
            // No need to heed what it says of reading on: nothing is read before the answer.
            var _ = hub.intake().take(new SendTelemetry(stamp, single(request)), result::complete);
        }
        return switch (result.join()) {
            case TelemetryResult.Stored _ -> HttpResponse.empty(204);
            case TelemetryResult.Refused(var why) -> throw ServiceFault.of(why);
            case TelemetryResult.FaultAsked(var order) -> throw injected(hub, sender.identity(), order, request);
        };
    }

    /**
     * The fault is the answer to the request that asks for it, at once and to no other one: between two requests there is nothing that
     * could be broken.
     */
    private static ServiceFault injected(Hub hub, Identity device, FaultOrder order, HttpRequest request) {
        FaultRefusal impossible = FaultOrders.faultOver(Carrier.HTTPS, order);
        if (impossible != null) {
            return ServiceFault.of(new TelemetryRefusal.Faulted(impossible));
        }
        hub.faults().happened(order.kind());
        FaultRefusal refusal = FaultOrders.refusalOf(order);
        if (refusal != null) {
            return ServiceFault.of(new TelemetryRefusal.Faulted(refusal));
        }
        request.connection().cut();
        LinkEnd end = new LinkEnd.FaultInjected(order.kind(), order.closeReason());
        return ServiceFault.ofCut(hub, end, device.device().value());
    }

    private static TelemetryMessage single(HttpRequest request) throws ServiceFault {
        MessageFields fields = new MessageFields();
        for (Map.Entry<String, String> field : new TreeMap<>(request.headers()).entrySet()) {
            fields.add(request.spelling(field.getKey()), field.getValue());
        }
        return fields.message(request.body());
    }

    private static boolean isBatch(HttpRequest request) {
        String type = request.header("content-type").orElse("");
        int semicolon = type.indexOf(';');
        return (semicolon < 0 ? type : type.substring(0, semicolon))
                .strip()
                .toLowerCase(Locale.ROOT)
                .equals(BATCH);
    }
}
