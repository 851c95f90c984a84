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

/** Requests to the service API as a back end signs them with the hub's owner policy. */
final class SasRequests {
    private SasRequests() {}

    static String get(TestServer server, String path) throws IOException {
        return server.ask("GET", path, "", Map.of("Authorization", token(server)))
                .text();
    }

    private static String token(TestServer server) {
        String key = String.valueOf(server.hub().serviceConnectionString()).replaceAll(".*SharedAccessKey=", "");
        String resource = "localhost";
        long expiry = Instant.now().getEpochSecond() + 600;
        try {
            Mac mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(Base64.getDecoder().decode(key), "HmacSHA256"));
            String signature = Base64.getEncoder()
                    .encodeToString(mac.doFinal((resource + "\n" + expiry).getBytes(StandardCharsets.UTF_8)));
            return "SharedAccessSignature sr=" + resource + "&sig="
                    + URLEncoder.encode(signature, StandardCharsets.UTF_8) + "&se=" + expiry + "&skn=iothubowner";
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }
}
