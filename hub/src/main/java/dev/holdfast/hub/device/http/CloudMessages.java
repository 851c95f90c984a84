package dev.holdfast.hub.device.http;

import dev.holdfast.base.Limits;
import dev.holdfast.hub.Hub;
import dev.holdfast.hub.command.MessageRefusal;
import dev.holdfast.hub.command.MessageRefusal.MessageLockLost;
import dev.holdfast.hub.command.ReceiveResult;
import dev.holdfast.hub.command.Settlement;
import dev.holdfast.hub.http.ServiceError;
import dev.holdfast.hub.http.ServiceFault;
import dev.holdfast.hub.identity.Identity;
import dev.holdfast.wire.http.HttpRequest;
import dev.holdfast.wire.http.HttpResponse;
import java.time.Duration;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * {@code …/messages/deviceBound}: a device asks for the next message that waits for it, and says by the lock in its ETag what it did with
 * it. No connection holds the lock; it ends when its time is over.
 */
final class CloudMessages {
    /** A header field of Java and the service's own description; C# writes it into the query. */
    private static final String LOCK_TIME = "iothub-messagelocktimeout";

    private final Limits.Message limits;

    CloudMessages(Limits.Message limits) {
        this.limits = limits;
    }

    /** The next message, locked; 204 when none waits. */
    HttpResponse receive(Hub hub, Identity device, HttpRequest request) throws ServiceFault {
        return switch (hub.messages().receive(device, lockTime(request))) {
            case ReceiveResult.Refused(var why) -> throw ServiceFault.of(why);
            case ReceiveResult.Answered(var message) ->
                message.map(given -> MessageHead.of(device, given)).orElseGet(() -> HttpResponse.empty(204));
        };
    }

    private Duration lockTime(HttpRequest request) throws ServiceFault {
        String text = request.header(LOCK_TIME).orElse(query(request, LOCK_TIME));
        if (text == null) {
            return limits.lockTime();
        }
        long min = limits.lockMinTime().toSeconds();
        long max = limits.lockMaxTime().toSeconds();
        long seconds = text.matches("[0-9]{1,9}") ? Long.parseLong(text) : -1;
        if (seconds < min || seconds > max) {
            throw ServiceFault.of(
                    ServiceError.ARGUMENT_INVALID,
                    "IotHub-MessageLockTimeout is out of range. Send " + min + " to " + max + " seconds, or none.");
        }
        return Duration.ofSeconds(seconds);
    }

    private static @Nullable String query(HttpRequest request, String name) {
        return request.query().entrySet().stream()
                .filter(each -> each.getKey().equalsIgnoreCase(name))
                .map(Map.Entry::getValue)
                .findFirst()
                .orElse(null);
    }

    /**
     * Completes a message, or rejects it where the query has {@code reject}, with or without a value. The Java device SDK 2.5.0
     * writes the question mark twice, so that the name of its parameter begins with one.
     */
    HttpResponse complete(Hub hub, Identity device, String lock, HttpRequest request) throws ServiceFault {
        String plain = query(request, "reject");
        String reject = plain != null ? plain : query(request, "?reject");
        boolean rejected = reject != null && !reject.equalsIgnoreCase("false");
        return settle(hub, device, lock, rejected ? Settlement.REJECTED : Settlement.COMPLETED);
    }

    /** Gives a message back. */
    HttpResponse abandon(Hub hub, Identity device, String lock) throws ServiceFault {
        return settle(hub, device, lock, Settlement.ABANDONED);
    }

    private static HttpResponse settle(Hub hub, Identity device, String lock, Settlement settlement)
            throws ServiceFault {
        UUID id = id(lock);
        MessageRefusal refusal =
                id == null ? new MessageLockLost(device) : hub.messages().settle(device, id, settlement);
        if (refusal != null) {
            throw ServiceFault.of(refusal);
        }
        return HttpResponse.empty(204);
    }

    private static @Nullable UUID id(String lock) {
        try {
            return UUID.fromString(lock);
        } catch (IllegalArgumentException _) {
            return null;
        }
    }
}
