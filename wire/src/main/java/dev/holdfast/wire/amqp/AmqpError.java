package dev.holdfast.wire.amqp;

import java.util.LinkedHashMap;
import java.util.Map;
import org.apache.qpid.protonj2.types.Symbol;
import org.apache.qpid.protonj2.types.UnsignedInteger;
import org.apache.qpid.protonj2.types.transport.ErrorCondition;
import org.jspecify.annotations.Nullable;

/**
 * An AMQP error as it goes over the wire (specification 2.8.14).
 *
 * @param condition a fixed symbol, {@code amqp:not-found} for one; never made of what a peer sent
 * @param description for people; no secret enters it
 * @param info more for programs, keys are fixed symbols as well
 */
public record AmqpError(String condition, String description, Map<String, Object> info) {
    public static final String INTERNAL_ERROR = "amqp:internal-error";
    public static final String NOT_FOUND = "amqp:not-found";
    public static final String UNAUTHORIZED_ACCESS = "amqp:unauthorized-access";
    public static final String DECODE_ERROR = "amqp:decode-error";
    public static final String RESOURCE_LIMIT_EXCEEDED = "amqp:resource-limit-exceeded";
    public static final String NOT_ALLOWED = "amqp:not-allowed";
    public static final String INVALID_FIELD = "amqp:invalid-field";
    public static final String NOT_IMPLEMENTED = "amqp:not-implemented";
    public static final String RESOURCE_DELETED = "amqp:resource-deleted";
    public static final String PRECONDITION_FAILED = "amqp:precondition-failed";
    public static final String CONNECTION_FORCED = "amqp:connection:forced";
    public static final String FRAMING_ERROR = "amqp:connection:framing-error";
    public static final String LINK_REDIRECT = "amqp:link:redirect";
    public static final String LINK_STOLEN = "amqp:link:stolen";
    public static final String LINK_DETACH_FORCED = "amqp:link:detach-forced";
    public static final String LINK_MESSAGE_SIZE_EXCEEDED = "amqp:link:message-size-exceeded";
    public static final String LINK_TRANSFER_LIMIT_EXCEEDED = "amqp:link:transfer-limit-exceeded";

    /** Not of the specification: the id by which an operator finds out more, as official clients look for it. */
    public static final String TRACKING_ID = "com.microsoft:tracking-id";

    /** Not of the specification: what official clients know for a value that can't be. */
    public static final String ARGUMENT_OUT_OF_RANGE = "com.microsoft:argument-out-of-range";

    /** As {@link #ARGUMENT_OUT_OF_RANGE}, for a message that can't be understood. */
    public static final String ARGUMENT_ERROR = "com.microsoft:argument-error";

    /** As {@link #ARGUMENT_OUT_OF_RANGE}, for what a device says of a message that it does not hold any more. */
    public static final String MESSAGE_LOCK_LOST = "com.microsoft:message-lock-lost";

    /** As {@link #ARGUMENT_OUT_OF_RANGE}, for what comes too fast: the Node and Java SDKs wait longer than usual before they try again. */
    public static final String DEVICE_CONTAINER_THROTTLED = "com.microsoft:device-container-throttled";

    public AmqpError {
        info = Map.copyOf(info);
    }

    public AmqpError(String condition, String description) {
        this(condition, description, Map.of());
    }

    /** Sends a peer to another address (2.8.18); official clients read {@code address}. */
    public static AmqpError redirect(String hostName, int port, String address, String description) {
        return new AmqpError(
                LINK_REDIRECT,
                description,
                Map.of(
                        "hostname", hostName,
                        "network-host", hostName,
                        "port", UnsignedInteger.valueOf(port),
                        "address", address));
    }

    ErrorCondition toCondition() {
        Map<Symbol, Object> entries = new LinkedHashMap<>();
        info.forEach((key, value) -> entries.put(Symbol.valueOf(key), value));
        return new ErrorCondition(Symbol.valueOf(condition), description, entries.isEmpty() ? null : entries);
    }

    static @Nullable AmqpError of(@Nullable ErrorCondition condition) {
        if (condition == null) {
            return null;
        }
        Map<String, Object> info = new LinkedHashMap<>();
        if (condition.getInfo() != null) {
            condition.getInfo().forEach((key, value) -> {
                if (key != null && value != null) {
                    info.put(key.toString(), value);
                }
            });
        }
        String description = condition.getDescription();
        return new AmqpError(String.valueOf(condition.getCondition()), description == null ? "" : description, info);
    }

    @Override
    public String toString() {
        return description.isEmpty() ? condition : condition + ": " + description;
    }
}
