package dev.holdfast.cli.bench;

import dev.holdfast.cli.monitor.ConnectionStrings;
import dev.holdfast.cli.monitor.SharedAccessSignature;
import dev.holdfast.wire.client.ClientTls;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * How a back end of a hub comes in.
 *
 * @param hostName the hub's, connected to
 * @param key of the policy; never printed
 */
public record BackEndLogin(String hostName, int httpsPort, int amqpPort, ClientTls tls, String policy, byte[] key) {
    /** Longer than any run. */
    private static final Duration TOKEN_LIFE = Duration.ofHours(12);

    /** Null when it is not the connection string of a service. */
    public static @Nullable BackEndLogin parse(String connectionString, int httpsPort, int amqpPort, ClientTls tls) {
        Map<String, String> fields = ConnectionStrings.members(connectionString);
        String host = fields.get("hostname");
        String policy = fields.get("sharedaccesskeyname");
        String key = fields.get("sharedaccesskey");
        if (host == null || policy == null || key == null) {
            return null;
        }
        try {
            return new BackEndLogin(
                    host, httpsPort, amqpPort, tls, policy, Base64.getDecoder().decode(key));
        } catch (IllegalArgumentException notBase64) {
            return null;
        }
    }

    String token(Instant now) {
        return SharedAccessSignature.sign(hostName, key, now.plus(TOKEN_LIFE)) + "&skn="
                + URLEncoder.encode(policy, StandardCharsets.UTF_8);
    }

    @Override
    public String toString() {
        return "BackEndLogin[" + hostName + ", " + policy + "]";
    }
}
