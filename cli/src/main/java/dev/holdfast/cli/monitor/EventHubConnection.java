package dev.holdfast.cli.monitor;

import java.net.URI;
import java.net.URISyntaxException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Locale;
import java.util.Map;

/**
 * What an event-hub connection string says: {@code Endpoint=sb://host[:port]/;SharedAccessKeyName=…;SharedAccessKey=…;EntityPath=…}.
 *
 * @param authority host, with the port if the string has one: tokens name it the same way
 * @param key the text itself, as Event Hubs clients sign with it
 */
public record EventHubConnection(String host, int port, String authority, String policy, String key, String hub) {
    private static final int STANDARD_PORT = 5671;

    /** @throws IllegalArgumentException with a sentence that names what is missing and repeats no key */
    public static EventHubConnection parse(String connectionString) {
        Map<String, String> fields = ConnectionStrings.members(connectionString);
        URI endpoint;
        try {
            endpoint = new URI(required(fields, "Endpoint"));
        } catch (URISyntaxException notUri) {
            throw new IllegalArgumentException("'Endpoint' of the connection string is not of the form sb://host/");
        }
        if (endpoint.getHost() == null) {
            throw new IllegalArgumentException("'Endpoint' of the connection string is not of the form sb://host/");
        }
        return new EventHubConnection(
                endpoint.getHost(),
                endpoint.getPort() < 0 ? STANDARD_PORT : endpoint.getPort(),
                endpoint.getAuthority(),
                required(fields, "SharedAccessKeyName"),
                required(fields, "SharedAccessKey"),
                required(fields, "EntityPath"));
    }

    private static String required(Map<String, String> fields, String name) {
        String value = fields.get(name.toLowerCase(Locale.ROOT));
        if (value == null || value.isEmpty()) {
            throw new IllegalArgumentException("the connection string has no '" + name + "'");
        }
        return value;
    }

    /** What a token for the whole hub names. */
    String audience() {
        return "sb://" + authority + "/" + hub;
    }

    /** A shared access signature for the whole hub. */
    String token(Instant expiry) {
        return SharedAccessSignature.sign(audience(), key.getBytes(StandardCharsets.UTF_8), expiry) + "&skn="
                + URLEncoder.encode(policy, StandardCharsets.UTF_8);
    }

    @Override
    public String toString() {
        return audience() + " as " + policy;
    }
}
