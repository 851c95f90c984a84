package dev.holdfast.server.operator;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.regex.Pattern;

/** What proves that a request is the operator's: 32 random bytes in URL-safe base64. {@link #toString} hides it. */
public record OperatorToken(String value) {
    private static final int BYTES = 32;
    private static final Pattern SHAPE = Pattern.compile("[A-Za-z0-9_-]{43}");

    public OperatorToken {
        if (!SHAPE.matcher(value).matches()) {
            throw new IllegalArgumentException("not an operator token");
        }
    }

    public static OperatorToken random(SecureRandom random) {
        byte[] bytes = new byte[BYTES];
        random.nextBytes(bytes);
        return new OperatorToken(Base64.getUrlEncoder().withoutPadding().encodeToString(bytes));
    }

    /** Compares in a time that does not depend on where the texts differ. */
    boolean matches(String offered) {
        return MessageDigest.isEqual(value.getBytes(StandardCharsets.UTF_8), offered.getBytes(StandardCharsets.UTF_8));
    }

    @Override
    public String toString() {
        return "OperatorToken[hidden]";
    }
}
