package dev.holdfast.hub.device.mqtt;

import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * The topics by which a device asks its hub for something or answers it: {@code $iothub/twin/…} and {@code $iothub/methods/…}. None
 * names an identity: it is always that of the connection.
 *
 * <p>A request id is what stands between {@code ?$rid=} and the next {@code &}, and goes back byte for byte, as every SDK compares it
 * in its own way.
 */
final class HubTopic {
    static final String TWIN_ANSWERS = "$iothub/twin/res/#";
    static final String DESIRED_CHANGES = "$iothub/twin/PATCH/properties/desired/#";
    static final String METHOD_CALLS = "$iothub/methods/POST/#";

    private static final String GET_TWIN = "$iothub/twin/GET/";
    private static final String REPORT = "$iothub/twin/PATCH/properties/reported/";
    private static final String METHOD_ANSWER = "$iothub/methods/res/";
    private static final int ID_MAX_CHARS = 256;
    private static final int PRINTED_MAX_CHARS = 200;

    private HubTopic() {}

    sealed interface Read {
        record GetTwin(String requestId) implements Read {}

        /** @param expectedVersion of the reported properties; null for any */
        record Report(String requestId, @Nullable Long expectedVersion) implements Read {}

        /** @param call empty when the id is none that the hub ever gave */
        record MethodAnswer(int status, Optional<UUID> call) implements Read {}

        record Refused(PublishRefusal why) implements Read {}
    }

    /** Whether this is where a topic is read; telemetry has its own. */
    static boolean claims(String topic) {
        return topic.startsWith("$iothub/twin/") || topic.startsWith("$iothub/methods/");
    }

    static Read read(String topic) {
        if (topic.startsWith(GET_TWIN)) {
            return twin(topic, topic.substring(GET_TWIN.length()), false);
        }
        if (topic.startsWith(REPORT)) {
            return twin(topic, topic.substring(REPORT.length()), true);
        }
        if (topic.startsWith(METHOD_ANSWER)) {
            return answer(topic, topic.substring(METHOD_ANSWER.length()));
        }
        return refused(topic, "it is none that devices send to");
    }

    private static Read twin(String topic, String query, boolean report) {
        String id = null;
        Long version = null;
        if (!query.startsWith("?")) {
            return refused(topic, "its last part does not begin with '?'");
        }
        for (String parameter : query.substring(1).split("&", -1)) {
            if (parameter.startsWith("$rid=") && id == null) {
                id = parameter.substring("$rid=".length());
            } else if (report && parameter.startsWith("$version=") && version == null) {
                String text = parameter.substring("$version=".length());
                if (!text.matches("[0-9]{1,18}")) {
                    return refused(topic, "its $version is not a number");
                }
                version = Long.valueOf(text);
            } else if (!parameter.isEmpty()) {
                return refused(topic, "a parameter is unknown or comes twice");
            }
        }
        if (id == null || id.isEmpty() || id.length() > ID_MAX_CHARS) {
            return refused(topic, "it needs a $rid of 1 to " + ID_MAX_CHARS + " characters");
        }
        return report ? new Read.Report(id, version) : new Read.GetTwin(id);
    }

    private static Read answer(String topic, String rest) {
        int slash = rest.indexOf('/');
        String status = slash < 0 ? rest : rest.substring(0, slash);
        if (!status.matches("-?[0-9]{1,9}")) {
            return refused(topic, "its status is not a number");
        }
        String query = slash < 0 ? "" : rest.substring(slash + 1);
        if (!query.startsWith("?$rid=")) {
            return refused(topic, "it needs a $rid behind the status");
        }
        String id = query.substring("?$rid=".length());
        // Java puts nothing behind the id; a client that does must still find its call.
        int and = id.indexOf('&');
        return new Read.MethodAnswer(Integer.parseInt(status), callId(and < 0 ? id : id.substring(0, and)));
    }

    private static Optional<UUID> callId(String text) {
        try {
            UUID id = UUID.fromString(text);
            // UUID.fromString takes short forms too: only what was sent comes back.
            return id.toString().equals(text) ? Optional.of(id) : Optional.empty();
        } catch (IllegalArgumentException _) {
            return Optional.empty();
        }
    }

    private static Read refused(String topic, String what) {
        return new Read.Refused(
                new PublishRefusal.RequestTopicMalformed(PropertyText.cut(topic, PRINTED_MAX_CHARS), what));
    }

    static String twinAnswer(int status, String requestId, @Nullable Long version) {
        return "$iothub/twin/res/" + status + "/?$rid=" + requestId + (version == null ? "" : "&$version=" + version);
    }

    static String desiredChange(long version) {
        return "$iothub/twin/PATCH/properties/desired/?$version=" + version;
    }

    static String methodCall(String method, UUID call) {
        return "$iothub/methods/POST/" + method + "/?$rid=" + call;
    }
}
