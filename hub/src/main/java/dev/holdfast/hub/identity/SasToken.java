package dev.holdfast.hub.identity;

import dev.holdfast.base.Limits;
import dev.holdfast.base.PercentDecoder;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.time.Instant;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;

/**
 * A shared access signature: {@code SharedAccessSignature sr=…&sig=…&se=…[&skn=…]}, fields in any order.
 *
 * <p>The signature is over {@code sr} <em>exactly as it stands</em> and the expiry, because official clients disagree on whether
 * and how {@code sr} is percent-encoded; decoding or encoding it again before the check would break one of them.
 *
 * @param resourceAsSent {@code sr}, untouched
 * @param resource what it names, decoded
 * @param signature the bytes of {@code sig}
 * @param expiryAsSent {@code se}, untouched: it was signed
 * @param expiry the end of the token's life
 * @param policy {@code skn}: a hub policy, or null for the key of the device itself (some clients send it empty)
 */
public record SasToken(
        String resourceAsSent,
        TokenResource resource,
        byte[] signature,
        String expiryAsSent,
        Instant expiry,
        @Nullable String policy) {

    private static final String SCHEME = "SharedAccessSignature";
    private static final int MAX_CHARS = 8 * 1024;
    private static final long LATEST_EXPIRY_SECONDS =
            Instant.parse("9999-12-31T23:59:59Z").getEpochSecond();

    /** A token, or the one thing that is wrong with the text. */
    public sealed interface Parsed {
        record Token(SasToken token) implements Parsed {}

        /** @param what names the fault and never repeats the text, which may be most of a secret */
        record Malformed(String what) implements Parsed {}
    }

    /** Reads what a client sent as password, header or put-token body. */
    public static Parsed parse(String text) {
        try {
            return new Parsed.Token(read(text));
        } catch (Fault fault) {
            return new Parsed.Malformed(fault.what);
        }
    }

    private static SasToken read(String text) throws Fault {
        if (text.length() > MAX_CHARS) {
            throw new Fault("it is longer than " + MAX_CHARS + " characters");
        }
        if (!text.regionMatches(true, 0, SCHEME, 0, SCHEME.length())
                || text.length() == SCHEME.length()
                || !Character.isWhitespace(text.charAt(SCHEME.length()))) {
            throw new Fault("it does not begin with 'SharedAccessSignature '");
        }
        Map<String, String> fields = fields(text.substring(SCHEME.length()).strip());
        String resource = required(fields, "sr");
        String expiry = required(fields, "se");
        String policy = fields.getOrDefault("skn", "");
        return new SasToken(
                resource,
                TokenResource.parse(resource).orElseThrow(() -> new Fault("'sr' is not a resource path")),
                signature(required(fields, "sig")),
                expiry,
                expiry(expiry),
                policy.isEmpty() ? null : decode(policy, "skn"));
    }

    private static Map<String, String> fields(String text) throws Fault {
        Map<String, String> fields = new HashMap<>();
        for (String field : text.split("&", -1)) {
            int equals = field.indexOf('=');
            if (equals < 1) {
                throw new Fault("a field has no '='");
            }
            String name = field.substring(0, equals);
            if (!List.of("sr", "sig", "se", "skn").contains(name)) {
                continue; // clients of other services add fields; they are not signed and mean nothing here
            }
            if (fields.put(name, field.substring(equals + 1)) != null) {
                throw new Fault("'" + name + "' appears twice");
            }
        }
        return fields;
    }

    private static String required(Map<String, String> fields, String name) throws Fault {
        String value = fields.get(name);
        if (value == null || value.isEmpty()) {
            throw new Fault("'" + name + "' is missing");
        }
        return value;
    }

    private static byte[] signature(String text) throws Fault {
        try {
            return Base64.getDecoder().decode(decode(text, "sig"));
        } catch (IllegalArgumentException notBase64) {
            throw new Fault("'sig' is not base64");
        }
    }

    private static Instant expiry(String text) throws Fault {
        if (text.isEmpty() || text.length() > 12 || !text.chars().allMatch(c -> c >= '0' && c <= '9')) {
            throw new Fault("'se' is not a number of seconds since 1970");
        }
        long seconds = Long.parseLong(text);
        if (seconds > LATEST_EXPIRY_SECONDS) {
            throw new Fault("'se' is not a number of seconds since 1970");
        }
        return Instant.ofEpochSecond(seconds);
    }

    private static String decode(String text, String name) throws Fault {
        return PercentDecoder.decode(text).orElseThrow(() -> new Fault("'" + name + "' has a broken percent-encoding"));
    }

    /** Whether {@code key}, the bytes themselves, signed this token. Takes as long for a wrong signature as for a right one. */
    public boolean isSignedBy(byte[] key) {
        try {
            Mac mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(key, "HmacSHA256"));
            byte[] expected = mac.doFinal((resourceAsSent + "\n" + expiryAsSent).getBytes(StandardCharsets.UTF_8));
            return MessageDigest.isEqual(expected, signature);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("this Java runtime has no HmacSHA256", e);
        }
    }

    /** Whether one of the two keys signed it, as IoT clients sign: with the bytes that the base64 stands for. */
    public boolean isSignedBy(SymmetricKeys keys) {
        return signerOf(keys) != null;
    }

    /** The one of the two keys that signed it, as {@link #isSignedBy(SymmetricKeys)} means it; null when none did. */
    @Nullable
    SymmetricKey signerOf(SymmetricKeys keys) {
        // Both are always tried, so that time does not tell which one matched.
        boolean primary = isSignedBy(keys.primary().bytes());
        boolean secondary = isSignedBy(keys.secondary().bytes());
        return primary ? keys.primary() : secondary ? keys.secondary() : null;
    }

    /** As {@link #isSignedBy(SymmetricKeys)}, as Event Hubs clients sign: with the characters of the base64 text. */
    public boolean isSignedByText(SymmetricKeys keys) {
        boolean primary = isSignedBy(keys.primary().base64().getBytes(StandardCharsets.UTF_8));
        boolean secondary = isSignedBy(keys.secondary().base64().getBytes(StandardCharsets.UTF_8));
        return primary || secondary;
    }

    /**
     * Whether the path (decoded segments, without the host) is what the token names or lies below it.
     *
     * <p>Some clients do not encode {@code sr}, so an id with a percent sign is looked for as sent, too. Only under the key of the
     * device itself, which opens nothing else anyway; the token of a policy for {@code a%31} must not open {@code a1} and {@code
     * a%31} alike.
     */
    public boolean coversPath(List<String> path) {
        return resource.coversPath(path) || (policy == null && coversUndecoded(path));
    }

    private boolean coversUndecoded(List<String> path) {
        // When the slashes are encoded as well, all of it would pass for a host, and no path at all covers everything.
        return TokenResource.split(resourceAsSent)
                .filter(raw -> raw.host().equals(resource.host()) && raw.coversPath(path))
                .isPresent();
    }

    /** Whether {@code sr} begins with a scheme ({@code sb://}), which IoT clients leave out. */
    public boolean hasScheme() {
        return PercentDecoder.decode(resourceAsSent)
                .filter(decoded -> decoded.contains("://"))
                .isPresent();
    }

    /** Whether it is over at {@code now}, with the allowance for a client whose clock is late. */
    public boolean isExpired(Instant now, Limits.Telemetry limits) {
        return now.isAfter(expiry.plus(limits.tokenMaxSkew()));
    }

    @Override
    public String toString() {
        return "SasToken[sr=" + resourceAsSent + ", se=" + expiryAsSent + ", skn=" + policy + "]";
    }

    private static final class Fault extends Exception {
        private final String what;

        Fault(String what) {
            super(what, null, false, false);
            this.what = what;
        }
    }
}
