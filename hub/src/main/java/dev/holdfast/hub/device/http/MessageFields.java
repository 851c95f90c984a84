package dev.holdfast.hub.device.http;

import dev.holdfast.hub.http.ServiceError;
import dev.holdfast.hub.http.ServiceFault;
import dev.holdfast.hub.telemetry.SystemProperty;
import dev.holdfast.hub.telemetry.TelemetryMessage;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;

/**
 * The properties of one message, from header fields or from the {@code properties} of a message in a batch, which have the same names.
 *
 * <p>Names of system properties mean the same in any case; some have two spellings because SDKs do. Application properties begin with
 * {@code iothub-app-} and keep the case in which they were sent. Everything else is passed over: what the hub itself says of a
 * message, {@code iothub-connection-device-id} for one, can't be said by a device.
 */
final class MessageFields {
    private static final String APPLICATION = "iothub-app-";
    private static final Map<String, SystemProperty> SYSTEM = Map.ofEntries(
            Map.entry("iothub-messageid", SystemProperty.MESSAGE_ID),
            Map.entry("iothub-correlationid", SystemProperty.CORRELATION_ID),
            Map.entry("iothub-userid", SystemProperty.USER_ID),
            Map.entry("iothub-to", SystemProperty.TO),
            Map.entry("iothub-expiry", SystemProperty.EXPIRY_TIME),
            Map.entry("iothub-contenttype", SystemProperty.CONTENT_TYPE),
            Map.entry("iothub-contentencoding", SystemProperty.CONTENT_ENCODING),
            Map.entry("iothub-creationtimeutc", SystemProperty.CREATION_TIME),
            // Java
            Map.entry("iothub-creation-time-utc", SystemProperty.CREATION_TIME),
            Map.entry("iothub-messageschema", SystemProperty.MESSAGE_SCHEMA),
            Map.entry("iothub-interface-id", SystemProperty.INTERFACE_ID),
            // Node
            Map.entry("dt-subject", SystemProperty.COMPONENT_NAME));

    private final Map<SystemProperty, String> system = new EnumMap<>(SystemProperty.class);
    private final Map<String, String> application = new LinkedHashMap<>();

    /** Adds one; of two with the same meaning the last counts. */
    void add(String name, String value) throws ServiceFault {
        String lower = name.toLowerCase(Locale.ROOT);
        SystemProperty known = SYSTEM.get(lower);
        if (known != null) {
            system.put(known, value);
        } else if (lower.startsWith(APPLICATION)) {
            if (name.length() == APPLICATION.length()) {
                throw ServiceFault.of(
                        ServiceError.ARGUMENT_INVALID,
                        "An application property has no name. Write it behind '" + APPLICATION + "'.");
            }
            application.put(name.substring(APPLICATION.length()), value);
        }
    }

    TelemetryMessage message(byte[] body) {
        return new TelemetryMessage(body, system, application);
    }
}
