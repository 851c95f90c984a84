package dev.holdfast.hub.device.http;

import dev.holdfast.base.ModuleId;
import dev.holdfast.base.PercentEncoder;
import dev.holdfast.hub.command.CloudMessage;
import dev.holdfast.hub.command.LockedMessage;
import dev.holdfast.hub.identity.Identity;
import dev.holdfast.hub.telemetry.SystemProperty;
import dev.holdfast.wire.http.HttpResponse;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A cloud-to-device message as an answer: what is known of it in header fields. A name or value that no header field can hold, because it
 * has a blank (in a name, or at an end of a value), a control character or is not ASCII, is percent-encoded as a whole; no SDK decodes that, and an
 * application that sends such properties to devices on HTTPS has to.
 */
final class MessageHead {
    private static final String NAME_MARKS = "!#$&'*+-.^_`|~%";

    private final Map<String, String> fields = new LinkedHashMap<>();

    private MessageHead() {}

    static HttpResponse of(Identity device, LockedMessage given) {
        CloudMessage message = given.message();
        MessageHead head = new MessageHead();
        head.fields.put("Content-Type", "application/octet-stream");
        head.fields.put("ETag", "\"" + given.lock() + "\"");
        head.fields.put("iothub-sequencenumber", Long.toString(given.sequence()));
        head.fields.put("iothub-enqueuedtime", given.enqueued().toString());
        head.fields.put("iothub-deliverycount", Integer.toString(given.abandoned()));
        head.fields.put("iothub-expiry", given.expires().toString());
        head.fields.put("iothub-ack", message.wanted().text());
        head.field("iothub-to", address(device, message));
        head.field("iothub-messageid", message.property(SystemProperty.MESSAGE_ID));
        head.field("iothub-correlationid", message.property(SystemProperty.CORRELATION_ID));
        head.field("iothub-userid", message.property(SystemProperty.USER_ID));
        head.field("iothub-contenttype", message.property(SystemProperty.CONTENT_TYPE));
        head.field("iothub-contentencoding", message.property(SystemProperty.CONTENT_ENCODING));
        head.field("iothub-creationtimeutc", message.property(SystemProperty.CREATION_TIME));
        message.properties().forEach((name, value) -> head.field("iothub-app-" + name(name), value));
        return new HttpResponse(200, head.fields, message.body());
    }

    private static String address(Identity device, CloudMessage message) {
        String sent = message.property(SystemProperty.TO);
        ModuleId module = device.module();
        return sent != null
                ? sent
                : "/devices/" + device.device() + (module == null ? "" : "/modules/" + module)
                        + "/messages/devicebound";
    }

    private void field(String name, @Nullable String value) {
        if (value != null) {
            fields.put(name, isFieldValue(value) ? value : PercentEncoder.encode(value));
        }
    }

    private static String name(String name) {
        return name.chars().allMatch(MessageHead::isNameChar) ? name : PercentEncoder.encode(name);
    }

    /** Blanks at the ends belong to no field value (RFC 9110, 5.5): clients strip them. */
    private static boolean isFieldValue(String value) {
        return value.chars().allMatch(c -> c >= ' ' && c < 0x7F) && !value.startsWith(" ") && !value.endsWith(" ");
    }

    private static boolean isNameChar(int c) {
        return (c >= 'a' && c <= 'z')
                || (c >= 'A' && c <= 'Z')
                || (c >= '0' && c <= '9')
                || (c < 0x80 && NAME_MARKS.indexOf(c) >= 0);
    }
}
