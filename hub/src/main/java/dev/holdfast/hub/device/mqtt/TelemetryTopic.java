package dev.holdfast.hub.device.mqtt;

import dev.holdfast.base.ModuleId;
import dev.holdfast.hub.device.mqtt.PublishRefusal.NotServedOverMqtt;
import dev.holdfast.hub.device.mqtt.PublishRefusal.PropertiesMalformed;
import dev.holdfast.hub.device.mqtt.PublishRefusal.TopicOfOtherIdentity;
import dev.holdfast.hub.device.mqtt.PublishRefusal.UnknownTopic;
import dev.holdfast.hub.identity.Identity;
import dev.holdfast.hub.telemetry.SystemProperty;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The topic that one identity sends telemetry to: {@code devices/{d}[/modules/{m}]/messages/events/[properties]}.
 *
 * <p>The ids in it are compared literally. Properties are {@code name=value} with {@code &} between them,
 * percent-encoded or not; one {@code ?} before and one slash behind them are passed over, since some SDKs put them
 * there. Names that begin with {@code $.} are properties of the message itself; one that is not known stays an
 * application property under its full name, as Microsoft's own edge hub keeps it. Where a name is repeated, the last
 * value counts. {@code $.cdid} and {@code $.cmid}, by which the Java SDK says who it is, are dropped: the hub knows
 * that from the connection.
 */
final class TelemetryTopic {
    private static final int PRINTED_MAX_CHARS = 200;
    private static final Map<String, SystemProperty> SYSTEM = Map.ofEntries(
            Map.entry("$.mid", SystemProperty.MESSAGE_ID),
            Map.entry("$.cid", SystemProperty.CORRELATION_ID),
            Map.entry("$.uid", SystemProperty.USER_ID),
            Map.entry("$.to", SystemProperty.TO),
            Map.entry("$.ct", SystemProperty.CONTENT_TYPE),
            Map.entry("$.ce", SystemProperty.CONTENT_ENCODING),
            Map.entry("$.exp", SystemProperty.EXPIRY_TIME),
            Map.entry("$.ctime", SystemProperty.CREATION_TIME),
            Map.entry("$.on", SystemProperty.OUTPUT_NAME),
            Map.entry("$.sub", SystemProperty.COMPONENT_NAME),
            Map.entry("$.ifid", SystemProperty.INTERFACE_ID),
            Map.entry("$.schema", SystemProperty.MESSAGE_SCHEMA),
            Map.entry("$.diagid", SystemProperty.DIAGNOSTIC_ID),
            Map.entry("$.diagctx", SystemProperty.DIAGNOSTIC_CONTEXT));
    private static final Set<String> SAID_BY_THE_HUB = Set.of("$.cdid", "$.cmid");

    private final String own;

    TelemetryTopic(Identity identity) {
        ModuleId module = identity.module();
        own = "devices/" + identity.device() + (module == null ? "" : "/modules/" + module) + "/messages/events";
    }

    sealed interface Read {
        /** The maps are the receiver's own. */
        record Telemetry(Map<SystemProperty, String> system, Map<String, String> properties) implements Read {}

        record Refused(PublishRefusal why) implements Read {}
    }

    Read read(String topic) {
        if (topic.startsWith(own)) {
            if (topic.length() == own.length()) {
                return properties("");
            }
            if (topic.charAt(own.length()) == '/') {
                return properties(topic.substring(own.length() + 1));
            }
        }
        return new Read.Refused(refusal(topic));
    }

    private PublishRefusal refusal(String topic) {
        String printed = PropertyText.cut(topic, PRINTED_MAX_CHARS);
        if (topic.startsWith("$iothub/credentials/")) {
            return new NotServedOverMqtt(printed);
        }
        return topic.startsWith("devices/") && topic.contains("/messages/events")
                ? new TopicOfOtherIdentity(printed, own)
                : new UnknownTopic(printed, own);
    }

    private static Read properties(String bag) {
        int from = bag.startsWith("?") ? 1 : 0;
        int to = bag.length() > from && bag.endsWith("/") ? bag.length() - 1 : bag.length();
        Map<SystemProperty, String> system = new EnumMap<>(SystemProperty.class);
        Map<String, String> properties = new LinkedHashMap<>();
        while (from < to) {
            int and = bag.indexOf('&', from);
            int end = and < 0 || and > to ? to : and;
            if (end > from) {
                PublishRefusal fault = property(bag.substring(from, end), system, properties);
                if (fault != null) {
                    return new Read.Refused(fault);
                }
            }
            from = end + 1;
        }
        return new Read.Telemetry(system, properties);
    }

    private static @Nullable PublishRefusal property(
            String text, Map<SystemProperty, String> system, Map<String, String> properties) {
        int equals = text.indexOf('=');
        String name = PropertyText.decode(equals < 0 ? text : text.substring(0, equals));
        String value = equals < 0 ? "" : PropertyText.decode(text.substring(equals + 1));
        if (name.isEmpty()) {
            return new PropertiesMalformed("'" + PropertyText.cut(text, PRINTED_MAX_CHARS) + "' has no name");
        }
        SystemProperty known = name.startsWith("$.") ? SYSTEM.get(name) : null;
        if (known != null) {
            system.put(known, value);
        } else if (!SAID_BY_THE_HUB.contains(name)) {
            properties.put(name, value);
        }
        return null;
    }
}
