package dev.holdfast.hub.fault;

import java.util.Arrays;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * What a device can have broken, by the words of the official SDKs' end-to-end suites; docs/reference/fault-injection.md names the
 * files that they were read from. Links are named as seen from the device: a request link is the one that requests travel on.
 */
public enum FaultKind {
    /** The socket is closed without a word of TLS. */
    KILL_TCP("KillTcp", null),
    KILL_AMQP_CONNECTION("KillAmqpConnection", Carrier.AMQP),
    KILL_AMQP_SESSION("KillAmqpSession", Carrier.AMQP),
    KILL_AMQP_CBS_REQUEST_LINK("KillAmqpCBSLinkReq", Carrier.AMQP),
    KILL_AMQP_CBS_RESPONSE_LINK("KillAmqpCBSLinkResp", Carrier.AMQP),
    KILL_AMQP_TELEMETRY_LINK("KillAmqpD2CLink", Carrier.AMQP),
    KILL_AMQP_MESSAGE_LINK("KillAmqpC2DLink", Carrier.AMQP),
    KILL_AMQP_TWIN_REQUEST_LINK("KillAmqpTwinLinkReq", Carrier.AMQP),
    KILL_AMQP_TWIN_RESPONSE_LINK("KillAmqpTwinLinkResp", Carrier.AMQP),
    KILL_AMQP_METHOD_REQUEST_LINK("KillAmqpMethodReqLink", Carrier.AMQP),
    KILL_AMQP_METHOD_RESPONSE_LINK("KillAmqpMethodRespLink", Carrier.AMQP),
    INVOKE_THROTTLING("InvokeThrottling", null),
    INVOKE_MESSAGE_QUOTA("InvokeMaxMessageQuota", null),
    INVOKE_AUTHENTICATION_ERROR("InvokeAuthError", null),
    /** The connection is closed as the protocol says. */
    SHUT_DOWN_AMQP("ShutDownAmqp", Carrier.AMQP),
    SHUT_DOWN_MQTT("ShutDownMqtt", Carrier.MQTT);

    private final String word;
    private final @Nullable Carrier only;

    /** @param only the one protocol that has it; null when all have */
    FaultKind(String word, @Nullable Carrier only) {
        this.word = word;
        this.only = only;
    }

    static Optional<FaultKind> of(String word) {
        return Arrays.stream(values()).filter(kind -> kind.word.equals(word)).findFirst();
    }

    static String words() {
        return Arrays.stream(values()).map(FaultKind::word).collect(Collectors.joining(", "));
    }

    /** The value of {@code AzIoTHub_FaultOperationType}. */
    public String word() {
        return word;
    }

    boolean isPossibleOver(Carrier carrier) {
        return only == null || only == carrier;
    }

    /** As what requests are refused for a time, while the connection stays; null where something is broken instead. */
    public @Nullable RefusedAs refusedAs() {
        return switch (this) {
            case INVOKE_THROTTLING -> RefusedAs.THROTTLED;
            case INVOKE_MESSAGE_QUOTA -> RefusedAs.OVER_QUOTA;
            case INVOKE_AUTHENTICATION_ERROR -> RefusedAs.UNAUTHORIZED;
            case KILL_TCP,
                    KILL_AMQP_CONNECTION,
                    KILL_AMQP_SESSION,
                    KILL_AMQP_CBS_REQUEST_LINK,
                    KILL_AMQP_CBS_RESPONSE_LINK,
                    KILL_AMQP_TELEMETRY_LINK,
                    KILL_AMQP_MESSAGE_LINK,
                    KILL_AMQP_TWIN_REQUEST_LINK,
                    KILL_AMQP_TWIN_RESPONSE_LINK,
                    KILL_AMQP_METHOD_REQUEST_LINK,
                    KILL_AMQP_METHOD_RESPONSE_LINK,
                    SHUT_DOWN_AMQP,
                    SHUT_DOWN_MQTT -> null;
        };
    }

    @Override
    public String toString() {
        return word;
    }
}
