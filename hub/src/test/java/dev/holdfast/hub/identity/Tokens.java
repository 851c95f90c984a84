package dev.holdfast.hub.identity;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.util.Base64;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/** Signs tokens as clients do, without any of the code that judges them. */
public final class Tokens {
    private Tokens() {}

    /** {@code sr} goes in as it is given: encoded or not is the caller's business. */
    public static String device(String sr, String se, SymmetricKey key) {
        return "SharedAccessSignature sr=" + sr + "&sig=" + signature("HmacSHA256", sr, se, key) + "&se=" + se;
    }

    public static String policy(String sr, String se, SharedAccessPolicy policy) {
        return policy(sr, se, policy.name(), policy.keys().primary());
    }

    public static String policy(String sr, String se, String name, SymmetricKey key) {
        return device(sr, se, key) + "&skn=" + name;
    }

    /** The signature in base64, percent-encoded. */
    public static String signature(String algorithm, String sr, String se, SymmetricKey key) {
        try {
            Mac mac = Mac.getInstance(algorithm);
            mac.init(new SecretKeySpec(key.bytes(), algorithm));
            byte[] signed = mac.doFinal((sr + "\n" + se).getBytes(StandardCharsets.UTF_8));
            return URLEncoder.encode(Base64.getEncoder().encodeToString(signed), StandardCharsets.UTF_8);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }
}
