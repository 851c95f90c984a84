package dev.holdfast.server;

import java.io.IOException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.time.Instant;
import java.util.Base64;
import java.util.Map;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;

/** Requests to the service API as a back end signs them. */
final class SasRequests {
    private SasRequests() {}

    /** With the hub's owner policy. */
    static String get(TestServer server, String path) throws IOException {
        return ask(server, "GET", path, String.valueOf(server.hub().serviceConnectionString()))
                .text();
    }

    static TestServer.Answer ask(TestServer server, String method, String path, String connectionString)
            throws IOException {
        return server.ask(method, path, "", Map.of("Authorization", token(connectionString)));
    }

    private static String token(String connectionString) {
        String policy = connectionString.replaceAll(".*SharedAccessKeyName=([^;]*).*", "$1");
        return token("localhost", connectionString.replaceAll(".*SharedAccessKey=", ""), policy);
    }

    /** @param policy whose key it is; null for the device's own */
    static String token(String resource, String key, @Nullable String policy) {
        return token(resource, key, policy, Instant.now().getEpochSecond() + 600);
    }

    /** @param expiry in seconds of the epoch */
    static String token(String resource, String key, @Nullable String policy, long expiry) {
        String encoded = URLEncoder.encode(resource, StandardCharsets.UTF_8);
        try {
            Mac mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(Base64.getDecoder().decode(key), "HmacSHA256"));
            String signature = Base64.getEncoder()
                    .encodeToString(mac.doFinal((encoded + "\n" + expiry).getBytes(StandardCharsets.UTF_8)));
            return "SharedAccessSignature sr=" + encoded + "&sig="
                    + URLEncoder.encode(signature, StandardCharsets.UTF_8) + "&se=" + expiry
                    + (policy == null ? "" : "&skn=" + policy);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }
}
