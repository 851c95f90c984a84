package dev.holdfast.hub.device.mqtt;

import dev.holdfast.base.ModuleId;
import dev.holdfast.base.PercentEncoder;
import dev.holdfast.hub.command.CloudMessage;
import dev.holdfast.hub.command.FeedbackWanted;
import dev.holdfast.hub.command.LockedMessage;
import dev.holdfast.hub.identity.Identity;
import dev.holdfast.hub.telemetry.SystemProperty;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The topics on which one identity receives cloud-to-device messages: {@code devices/{d}[/modules/{m}]/messages/devicebound/…}, and for
 * a module also {@code devices/{d}/modules/{m}/inputs/{input}/…}.
 *
 * <p>Properties stand behind it as {@code name=value} with {@code &} between them, those of the message itself first: Java reads no
 * property in front of the first {@code %24}. Everything but letters, digits and {@code -._~} is percent-encoded, since C, Python and C#
 * stop at a slash and Java reads a plus as a blank. A property without a value is left out: no spelling of it is read by all SDKs.
 */
final class MessageTopic {
    private final String root;
    private final String to;
    private final boolean ofModule;

    MessageTopic(Identity identity) {
        ModuleId module = identity.module();
        root = "devices/" + identity.device() + (module == null ? "" : "/modules/" + module);
        to = "/" + root + "/messages/devicebound";
        ofModule = module != null;
    }

    private String messages() {
        return root + "/messages/devicebound/#";
    }

    private String inputs() {
        return root + "/inputs/#";
    }

    private String everything() {
        return root + "/#";
    }

    /** The filters by which an identity receives messages of any kind. */
    List<String> filters() {
        return ofModule ? List.of(messages(), inputs(), everything()) : List.of(messages());
    }

    /** The filters by which an identity receives this message. */
    List<String> filtersOf(CloudMessage message) {
        String own = input(message).isPresent() ? inputs() : messages();
        return ofModule ? List.of(own, everything()) : List.of(own);
    }

    /** The input that a message is for, which its address says; empty when it is for none. */
    private Optional<String> input(CloudMessage message) {
        String address = message.property(SystemProperty.TO);
        String prefix = "/" + root + "/inputs/";
        return ofModule && address != null && address.startsWith(prefix)
                ? Optional.of(address.substring(prefix.length()))
                : Optional.empty();
    }

    /** Where a message goes. */
    String topic(LockedMessage given) {
        CloudMessage message = given.message();
        String input = input(message).orElse(null);
        StringBuilder topic = new StringBuilder(root)
                .append(input == null ? "/messages/devicebound/" : "/inputs/" + PercentEncoder.encode(input) + "/");
        int start = topic.length();
        append(topic, start, "$.exp", given.expires().toString());
        append(topic, start, "$.mid", message.property(SystemProperty.MESSAGE_ID));
        append(topic, start, "$.to", input == null ? to : message.property(SystemProperty.TO));
        append(topic, start, "$.cid", message.property(SystemProperty.CORRELATION_ID));
        append(topic, start, "$.uid", message.property(SystemProperty.USER_ID));
        append(topic, start, "$.ct", message.property(SystemProperty.CONTENT_TYPE));
        append(topic, start, "$.ce", message.property(SystemProperty.CONTENT_ENCODING));
        append(topic, start, "$.ctime", message.property(SystemProperty.CREATION_TIME));
        if (message.wanted() != FeedbackWanted.NONE) {
            append(
                    topic,
                    start,
                    CloudMessage.FEEDBACK_PROPERTY,
                    message.wanted().text());
        }
        for (Map.Entry<String, String> property : message.properties().entrySet()) {
            append(topic, start, property.getKey(), property.getValue());
        }
        return topic.toString();
    }

    private static void append(StringBuilder topic, int start, String name, @Nullable String value) {
        if (value != null && !value.isEmpty()) {
            if (topic.length() > start) {
                topic.append('&');
            }
            topic.append(PercentEncoder.encode(name)).append('=').append(PercentEncoder.encode(value));
        }
    }
}
