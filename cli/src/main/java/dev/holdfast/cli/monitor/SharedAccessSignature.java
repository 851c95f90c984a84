package dev.holdfast.cli.monitor;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.time.Instant;
import java.util.Base64;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/** Tokens that a key signs. */
public final class SharedAccessSignature {
    private SharedAccessSignature() {}

    /**
     * A token without the name of a policy, as a device sends it.
     *
     * @param resource what it is good for, not encoded
     * @param key as it signs: IoT clients sign with the bytes that the text of a key stands for, Event Hubs clients with the text
     */
    public static String sign(String resource, byte[] key, Instant expiry) {
        String encoded = URLEncoder.encode(resource, StandardCharsets.UTF_8);
        long seconds = expiry.getEpochSecond();
        try {
            Mac mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(key, "HmacSHA256"));
            byte[] signature = mac.doFinal((encoded + "\n" + seconds).getBytes(StandardCharsets.UTF_8));
            return "SharedAccessSignature sr=" + encoded + "&sig="
                    + URLEncoder.encode(Base64.getEncoder().encodeToString(signature), StandardCharsets.UTF_8) + "&se="
                    + seconds;
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("this Java runtime has no HmacSHA256", e);
        }
    }
}
