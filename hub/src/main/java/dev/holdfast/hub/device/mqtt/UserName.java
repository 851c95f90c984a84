package dev.holdfast.hub.device.mqtt;

import dev.holdfast.hub.identity.Identity;
import dev.holdfast.hub.telemetry.Stamp;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a device says in CONNECT's user name and client id:
 * {@code {host}/{client id}/?api-version=2021-04-12&DeviceClientType=…&model-id=…}.
 *
 * <p>The client id is {@code {device}} or {@code {device}/{module}}. It stands literally in the user name, which
 * tells where the ids end: they may hold question marks themselves. Everything behind it may be missing, as old
 * clients leave it out.
 *
 * @param modelId the digital-twin model that the device announces, decoded; null when none
 * @param clientType what the client says it is, decoded; null when it does not, or says too much
 */
record UserName(
        String host,
        Identity identity,
        @Nullable String modelId,
        @Nullable String clientType) {
    private static final int CLIENT_TYPE_MAX_CHARS = 1024;

    private static final int PRINTED_MAX_CHARS = 300;

    sealed interface Parsed {
        record Name(UserName name) implements Parsed {}

        record Malformed(String what) implements Parsed {}

        /** @param named what the user name names instead */
        record OtherClientId(String clientId, String named) implements Parsed {}
    }

    static Parsed parse(String userName, String clientId) {
        int slash = userName.indexOf('/');
        if (slash < 1) {
            return new Parsed.Malformed("it does not begin with a host name and a slash");
        }
        Identity identity = Identity.parse(clientId).orElse(null);
        if (identity == null) {
            return new Parsed.Malformed("the client id '" + PropertyText.cut(clientId, PRINTED_MAX_CHARS)
                    + "' is not '{device id}' or '{device id}/{module id}' of 1 to 128 characters each");
        }
        String rest = userName.substring(slash + 1);
        String query = rest.startsWith(clientId) ? query(rest.substring(clientId.length())) : null;
        if (query == null) {
            return new Parsed.OtherClientId(clientId, PropertyText.cut(withoutQuery(rest), PRINTED_MAX_CHARS));
        }
        Map<String, String> parameters = parameters(query);
        String modelId = parameters.get("model-id");
        if (modelId != null && !Stamp.isModelId(modelId)) {
            return new Parsed.Malformed("its model-id is longer than " + Stamp.MODEL_ID_MAX_CHARS
                    + " characters or holds a control character");
        }
        boolean announced = modelId != null && !modelId.isEmpty();
        String clientType = parameters.get("DeviceClientType");
        boolean told = clientType != null && !clientType.isEmpty() && clientType.length() <= CLIENT_TYPE_MAX_CHARS;
        return new Parsed.Name(new UserName(
                userName.substring(0, slash), identity, announced ? modelId : null, told ? clientType : null));
    }

    /** What follows the client id, without its separator; null when the client id does not end there. */
    private static @Nullable String query(String tail) {
        if (tail.isEmpty() || tail.equals("/")) {
            return "";
        }
        if (tail.startsWith("/?")) {
            return tail.substring(2);
        }
        String bare = tail.substring(1);
        int equals = bare.indexOf('=');
        String firstName = bare.startsWith("&") || equals < 0 ? "" : bare.substring(0, equals);
        boolean isQuery = switch (tail.charAt(0)) {
            case '?' -> bare.startsWith("&") || isParameterName(firstName);
            case '/' -> firstName.equals("api-version");
            default -> false;
        };
        return isQuery ? bare : null;
    }

    private static boolean isParameterName(String text) {
        return !text.isEmpty() && text.chars().allMatch(c -> c == '-' || (c < 0x80 && Character.isLetterOrDigit(c)));
    }

    /**
     * By name; the first one counts where one is repeated. Values may be percent-encoded or not: Node sends model-id
     * raw.
     */
    private static Map<String, String> parameters(String query) {
        Map<String, String> parameters = new HashMap<>();
        for (String parameter : query.split("&", -1)) {
            int equals = parameter.indexOf('=');
            if (equals > 0) {
                parameters.putIfAbsent(
                        parameter.substring(0, equals), PropertyText.decode(parameter.substring(equals + 1)));
            }
        }
        return parameters;
    }

    private static String withoutQuery(String rest) {
        int query = rest.indexOf("/?");
        return query < 0 ? rest : rest.substring(0, query);
    }
}
