package dev.holdfast.hub.device.amqp;

import dev.holdfast.base.Limits;
import dev.holdfast.hub.amqp.ConnectionRefusal;
import dev.holdfast.hub.amqp.HubConnection;
import dev.holdfast.hub.amqp.Refusal;
import dev.holdfast.hub.device.DeviceTwin;
import dev.holdfast.hub.device.amqp.DevicesPart.Shared;
import dev.holdfast.wire.Mailbox;
import dev.holdfast.wire.amqp.AmqpMessage;
import dev.holdfast.wire.amqp.IncomingLink;
import dev.holdfast.wire.amqp.OutgoingLink;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The pair of links by which a device reads its twin, reports, and hears of desired properties. The Java SDK sends its first request before it attaches the link
 * for answers and looks at the outcome alone, so a subscription needs no such link. On the event loop.
 */
final class TwinChannel {
    private static final String DESIRED = "/notifications/twin/properties/desired";
    private static final String REPORTED = "/properties/reported";

    private final Limits.Amqp limits;
    private final HubConnection connection;
    private final Mailbox mailbox;
    private final DeviceLinkSet links;
    private final DeviceTwin twin;
    private @Nullable OutgoingLink answers;
    private @Nullable IncomingLink requests;
    private boolean subscribed;

    TwinChannel(Shared shared, HubConnection connection, Mailbox mailbox, DeviceLinkSet links, ConnectedDevice device) {
        this.limits = shared.limits().amqp();
        this.connection = connection;
        this.mailbox = mailbox;
        this.links = links;
        this.twin =
                new DeviceTwin(device.hub(), device.identity(), device.stamp().generation(), shared.clock(), why -> {
                    var _ = links.errorOf(new DeviceRefusal.NotPassed(why));
                });
    }

    void open(OutgoingLink link) {
        answers = link;
        link.accept(Map.of(), Set.of(), () -> {});
        links.look();
    }

    void open(IncomingLink link) {
        requests = link;
        link.accept(limits.requestsMax(), limits.messageMaxBytes(), this::requested);
    }

    void closed(OutgoingLink link) {
        if (link.equals(answers)) {
            answers = null;
        }
    }

    void closed(IncomingLink link) {
        if (link.equals(requests)) {
            requests = null;
        }
    }

    boolean isEmpty() {
        return answers == null && requests == null;
    }

    boolean hearsDesired() {
        return subscribed && answers != null;
    }

    private void requested(IncomingLink.Arrived arrived) {
        AmqpMessage request = AmqpMessage.decode(arrived.encoded()).orElse(null);
        if (request == null) {
            refuse(arrived, new DeviceRefusal.TwinRequestMalformed("it is not an AMQP message"));
            return;
        }
        Object id = request.properties().correlationId();
        if (id == null) {
            refuse(arrived, new DeviceRefusal.TwinRequestMalformed("it has no correlation id"));
            return;
        }
        String operation = text(request, "operation").toUpperCase(Locale.ROOT);
        String resource = text(request, "resource").toLowerCase(Locale.ROOT);
        switch (operation.equals("GET") ? operation : operation + " " + resource) {
            case "GET" -> work(arrived, id, twin::get);
            case "PATCH " + REPORTED -> report(arrived, id, request);
            case "PUT " + DESIRED -> subscribe(arrived, id, true);
            case "DELETE " + DESIRED -> subscribe(arrived, id, false);
            default ->
                work(
                        arrived,
                        id,
                        () -> twin.malformed("There is no such operation on a twin. Use GET, or PATCH on '" + REPORTED
                                + "', or PUT or DELETE on '" + DESIRED + "'."));
        }
    }

    private void subscribe(IncomingLink.Arrived arrived, Object id, boolean now) {
        subscribed = now;
        links.look();
        arrived.accept();
        arrived.grant(1);
        if (answers != null) {
            answer(id, new DeviceTwin.Answer(200, null, new byte[0]));
        }
    }

    private void report(IncomingLink.Arrived arrived, Object id, AmqpMessage request) {
        byte[] body = request.body() instanceof AmqpMessage.Body.Data(var bytes) ? bytes : new byte[0];
        Object expected = request.annotations().get("version");
        if (expected != null && !(expected instanceof Number)) {
            work(arrived, id, () -> twin.malformed("The annotation 'version' is not a number. Send one, or none."));
        } else {
            Long version = expected instanceof Number number ? number.longValue() : null;
            work(arrived, id, () -> twin.report(body, version));
        }
    }

    private void work(IncomingLink.Arrived arrived, Object id, Supplier<DeviceTwin.Answer> task) {
        if (answers == null) {
            refuse(arrived, new ConnectionRefusal.NoAnswerLink("twin"));
            return;
        }
        boolean taken = mailbox.put(() -> {
            DeviceTwin.Answer answer = task.get();
            connection.amqp().execute(() -> {
                arrived.accept();
                arrived.grant(1);
                if (!answer.isNone()) {
                    answer(id, answer);
                }
            });
        });
        if (!taken) {
            refuse(arrived, new DeviceRefusal.TooMuchAtOnce());
        }
    }

    private void refuse(IncomingLink.Arrived arrived, Refusal why) {
        arrived.reject(links.errorOf(why));
        arrived.grant(1);
    }

    private void answer(Object id, DeviceTwin.Answer answer) {
        Map<String, Object> annotations = new LinkedHashMap<>();
        annotations.put("status", answer.status());
        Long version = answer.version();
        if (version != null) {
            annotations.put("version", version);
        }
        send(annotations, AmqpMessage.Properties.answer(id), answer.body());
    }

    /** @param patch JSON in UTF-8, with {@code $version} */
    void desiredChanged(byte[] patch) {
        if (hearsDesired()) {
            send(Map.of("resource", "/properties/desired"), AmqpMessage.Properties.NONE, patch);
        }
    }

    private void send(Map<String, Object> annotations, AmqpMessage.Properties properties, byte[] body) {
        OutgoingLink link = answers;
        AmqpMessage message =
                new AmqpMessage(Map.of(), annotations, properties, Map.of(), new AmqpMessage.Body.Data(body));
        if (link != null && !link.send(message.encode())) {
            // Whoever misses a change would not know it: so it has to attach again and read its twin.
            links.notTaken(link);
        }
    }

    private static String text(AmqpMessage request, String annotation) {
        return request.annotations().get(annotation) instanceof String text ? text : "";
    }
}
