package dev.holdfast.hub.device.amqp;

import dev.holdfast.base.Limits;
import dev.holdfast.hub.device.amqp.DevicesPart.Shared;
import dev.holdfast.hub.link.Downlink;
import dev.holdfast.wire.amqp.AmqpMessage;
import dev.holdfast.wire.amqp.IncomingLink;
import dev.holdfast.wire.amqp.OutgoingLink;
import java.nio.ByteBuffer;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** The pair of links by which a device is called and answers. On the event loop. */
final class MethodChannel {
    private static final String METHOD = "IoThub-methodname";
    private static final String STATUS = "IoThub-status";
    private static final int UUID_BYTES = 16;

    private final Limits.Amqp limits;
    private final DeviceLinkSet links;
    private final ConnectedDevice device;
    private @Nullable OutgoingLink calls;
    private @Nullable IncomingLink answers;

    MethodChannel(Shared shared, DeviceLinkSet links, ConnectedDevice device) {
        this.limits = shared.limits().amqp();
        this.links = links;
        this.device = device;
    }

    void open(OutgoingLink link) {
        calls = link;
        link.accept(Map.of(), Set.of(), () -> {});
    }

    void open(IncomingLink link) {
        answers = link;
        link.accept(limits.devices().sendsInFlightMax(), limits.messageMaxBytes(), this::answered);
    }

    void closed(OutgoingLink link) {
        if (link.equals(calls)) {
            calls = null;
        }
    }

    void closed(IncomingLink link) {
        if (link.equals(answers)) {
            answers = null;
        }
    }

    boolean isEmpty() {
        return calls == null && answers == null;
    }

    boolean hearsCalls() {
        return calls != null;
    }

    /** A call that is not taken is not kept either: its caller waits no longer than it said. */
    void call(Downlink.MethodCalled called) {
        OutgoingLink link = calls;
        AmqpMessage message = new AmqpMessage(
                Map.of(),
                Map.of(),
                AmqpMessage.Properties.answer(called.call()),
                Map.of(METHOD, called.method()),
                new AmqpMessage.Body.Data(called.payload()));
        if (link != null && !link.send(message.encode())) {
            links.notTaken(link);
        }
    }

    private void answered(IncomingLink.Arrived arrived) {
        AmqpMessage message = AmqpMessage.decode(arrived.encoded()).orElse(null);
        Object status = message == null ? null : message.applicationProperties().get(STATUS);
        byte[] payload = message == null ? null : message.body().bytes();
        if (message == null) {
            refuse(arrived, "it is not an AMQP message");
        } else if (!(status instanceof Number number) || number.longValue() != number.intValue()) {
            refuse(arrived, "it has no 'IoThub-status' that is a whole number");
        } else if (payload == null) {
            refuse(arrived, "its body is not in data sections");
        } else {
            // An id that the hub never gave is the answer to nothing that waits, about which nobody minds.
            id(message.properties().correlationId())
                    .ifPresent(id -> device.hub().methods().answer(device.identity(), id, number.intValue(), payload));
            arrived.accept();
            arrived.grant(1);
        }
    }

    private void refuse(IncomingLink.Arrived arrived, String what) {
        arrived.reject(links.errorOf(new DeviceRefusal.MethodAnswerMalformed(what)));
        arrived.grant(1);
    }

    /** As the client has it in hand: a UUID, its text, or its bytes. */
    private static Optional<UUID> id(@Nullable Object correlationId) {
        return switch (correlationId) {
            case UUID id -> Optional.of(id);
            case byte[] bytes
            when bytes.length == UUID_BYTES -> {
                ByteBuffer in = ByteBuffer.wrap(bytes);
                yield Optional.of(new UUID(in.getLong(), in.getLong()));
            }
            case String text -> parsed(text);
            case null, default -> Optional.empty();
        };
    }

    private static Optional<UUID> parsed(String text) {
        try {
            return Optional.of(UUID.fromString(text));
        } catch (IllegalArgumentException _) {
            return Optional.empty();
        }
    }
}
