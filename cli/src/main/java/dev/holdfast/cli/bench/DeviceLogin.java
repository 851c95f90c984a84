package dev.holdfast.cli.bench;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;

/** A device's connection string, as the bench uses it. */
public record DeviceLogin(String hostName, Login login) {
    /** Longer than any run. */
    private static final Duration TOKEN_LIFE = Duration.ofHours(12);

    /** Null when the string has no {@code HostName}, {@code DeviceId} or valid {@code SharedAccessKey}. */
    public static @Nullable DeviceLogin parse(String connectionString, Instant now) {
        Map<String, String> fields = new HashMap<>();
        for (String field : connectionString.split(";", -1)) {
            int equals = field.indexOf('=');
            if (equals > 0) {
                fields.put(field.substring(0, equals).strip().toLowerCase(Locale.ROOT), field.substring(equals + 1));
            }
        }
        String host = fields.get("hostname");
        String device = fields.get("deviceid");
        String key = fields.get("sharedaccesskey");
        if (host == null || device == null || key == null) {
            return null;
        }
        String token;
        try {
            token = token(host + "/devices/" + device, Base64.getDecoder().decode(key), now.plus(TOKEN_LIFE));
        } catch (IllegalArgumentException notBase64) {
            return null;
        }
        String user = host + "/" + device + "/?api-version=2021-04-12";
        return new DeviceLogin(host, new Login(device, user, token, "devices/" + device + "/messages/events/"));
    }

    private static String token(String resource, byte[] key, Instant expiry) {
        String encoded = URLEncoder.encode(resource, StandardCharsets.UTF_8);
        try {
            Mac mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(key, "HmacSHA256"));
            byte[] signature = mac.doFinal((encoded + "\n" + expiry.getEpochSecond()).getBytes(StandardCharsets.UTF_8));
            return "SharedAccessSignature sr=" + encoded + "&sig="
                    + URLEncoder.encode(Base64.getEncoder().encodeToString(signature), StandardCharsets.UTF_8) + "&se="
                    + expiry.getEpochSecond();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("this Java runtime has no HmacSHA256", e);
        }
    }
}
