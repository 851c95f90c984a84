package dev.holdfast.hub.service.message;

import dev.holdfast.base.DeviceId;
import dev.holdfast.base.ModuleId;
import dev.holdfast.hub.amqp.AmqpTexts;
import dev.holdfast.hub.amqp.LinkAddress;
import dev.holdfast.hub.command.CloudMessage;
import dev.holdfast.hub.command.FeedbackWanted;
import dev.holdfast.hub.command.SendMessage;
import dev.holdfast.hub.identity.Identity;
import dev.holdfast.hub.service.message.ServiceLinkRefusal.MessageNamesNoDevice;
import dev.holdfast.hub.service.message.ServiceLinkRefusal.ServiceMessageMalformed;
import dev.holdfast.hub.telemetry.SystemProperty;
import dev.holdfast.wire.amqp.AmqpMessage;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;

/** AMQP messages of back ends as messages to devices. */
final class MessageReader {
    private static final int PRINTED_MAX_CHARS = 100;

    private MessageReader() {}

    sealed interface Read {
        record Message(SendMessage request) implements Read {}

        record Refused(ServiceLinkRefusal why) implements Read {}
    }

    /**
     * @param format of the transfer
     * @param ownHost whether a host name leads to the hub of the link
     */
    static Read read(byte[] encoded, int format, Predicate<String> ownHost) {
        if (format != 0) {
            return malformed("its message-format is not that of one message; batches to devices there are none");
        }
        AmqpMessage message = AmqpMessage.decode(encoded).orElse(null);
        if (message == null) {
            return malformed("it is not an AMQP message");
        }
        byte[] body = message.body().bytes();
        if (body == null) {
            return malformed("its body is " + message.body().kind());
        }
        LinkAddress to = LinkAddress.parse(message.properties().to());
        String host = to.host();
        Optional<Identity> identity = host == null || ownHost.test(host) ? identity(to) : Optional.empty();
        if (identity.isEmpty()) {
            String text = to.text();
            return new Read.Refused(new MessageNamesNoDevice(
                    text.length() > PRINTED_MAX_CHARS ? text.substring(0, PRINTED_MAX_CHARS) + "…" : text));
        }
        return read(message, body, to, identity.get());
    }

    private static Read read(AmqpMessage message, byte[] body, LinkAddress to, Identity identity) {
        FeedbackWanted wanted = FeedbackWanted.NONE;
        Map<String, String> properties = new LinkedHashMap<>();
        for (Map.Entry<String, Object> property :
                message.applicationProperties().entrySet()) {
            String text = AmqpTexts.of(property.getValue());
            if (text == null) {
                return malformed("one of its properties is a list or a map");
            }
            if (property.getKey().equalsIgnoreCase(CloudMessage.FEEDBACK_PROPERTY)) {
                Optional<FeedbackWanted> asked = FeedbackWanted.parse(text);
                if (asked.isEmpty()) {
                    return malformed("its property 'iothub-ack' is none of none, positive, negative and full");
                }
                wanted = asked.get();
            } else {
                properties.put(property.getKey(), text);
            }
        }
        Map<SystemProperty, String> system = new EnumMap<>(AmqpTexts.of(message.properties()));
        system.remove(SystemProperty.EXPIRY_TIME);
        system.remove(SystemProperty.TO);
        input(to, identity).ifPresent(input -> system.put(SystemProperty.TO, input));
        return new Read.Message(new SendMessage(
                identity,
                new CloudMessage(
                        body, system, properties, wanted, message.properties().absoluteExpiryTime())));
    }

    /** {@code devices/{d}/messages/devicebound}, {@code devices/{d}/modules/{m}/messages/devicebound} or {@code …/inputs/{input}}. */
    private static Optional<Identity> identity(LinkAddress to) {
        int size = to.path().size();
        if (size < 4 || !to.has(0, "devices")) {
            return Optional.empty();
        }
        Optional<DeviceId> device = DeviceId.parse(to.path().get(1));
        if (size == 4 && isDeviceBound(to, 2)) {
            return device.map(Identity::of);
        }
        boolean ofModule = size == 6 && to.has(2, "modules") && (isDeviceBound(to, 4) || to.has(4, "inputs"));
        return ofModule
                ? device.flatMap(named -> ModuleId.parse(to.path().get(3)).map(module -> new Identity(named, module)))
                : Optional.empty();
    }

    private static boolean isDeviceBound(LinkAddress to, int at) {
        return to.has(at, "messages") && to.has(at + 1, "devicebound");
    }

    /** The input of a module that a message is for, as faces compare it; empty when it is for none. */
    private static Optional<String> input(LinkAddress to, Identity identity) {
        return to.path().size() == 6 && to.has(4, "inputs")
                ? Optional.of("/devices/" + identity.device() + "/modules/" + identity.module() + "/inputs/"
                        + to.path().get(5))
                : Optional.empty();
    }

    private static Read malformed(String what) {
        return new Read.Refused(new ServiceMessageMalformed(what));
    }
}
