package dev.holdfast.cli.bench;

import dev.holdfast.cli.monitor.ConnectionStrings;
import dev.holdfast.cli.monitor.SharedAccessSignature;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A device's connection string, as the bench uses it. */
public record DeviceLogin(String hostName, Login login) {
    /** Longer than any run. */
    private static final Duration TOKEN_LIFE = Duration.ofHours(12);

    /** Null when the string has no {@code HostName}, no {@code DeviceId}, or neither {@code x509=true} nor a valid
     * {@code SharedAccessKey}. */
    public static @Nullable DeviceLogin parse(String connectionString, Instant now) {
        Map<String, String> fields = ConnectionStrings.members(connectionString);
        String host = fields.get("hostname");
        String device = fields.get("deviceid");
        String key = fields.get("sharedaccesskey");
        if (host == null || device == null) {
            return null;
        }
        boolean byCertificate = "true".equalsIgnoreCase(fields.get("x509"));
        if (!byCertificate && key == null) {
            return null;
        }
        String user = host + "/" + device + "/?api-version=2021-04-12";
        String topic = "devices/" + device + "/messages/events/";
        if (key == null) {
            return new DeviceLogin(host, new Login(device, user, null, topic));
        }
        String token;
        try {
            byte[] bytes = Base64.getDecoder().decode(key);
            token = SharedAccessSignature.sign(host + "/devices/" + device, bytes, now.plus(TOKEN_LIFE));
        } catch (IllegalArgumentException notBase64) {
            return null;
        }
        return new DeviceLogin(host, new Login(device, user, token, topic));
    }
}
