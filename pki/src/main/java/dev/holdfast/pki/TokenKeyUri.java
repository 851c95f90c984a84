package dev.holdfast.pki;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;

/**
 * Names a private key in a PKCS#11 token: {@code pkcs11:token=LABEL;object=LABEL} (RFC 7512). Of the attributes of that document
 * two are needed, {@code type=private} may stand there, and all others are refused: they would be promises that nobody keeps. The
 * PIN above all has no place in it.
 *
 * @param token the token's label
 * @param object the label of the key
 */
public record TokenKeyUri(String token, String object) {
    /** What every such text begins with. */
    public static final String SCHEME = "pkcs11:";

    private static final Set<String> ATTRIBUTES = Set.of("token", "object", "type");
    /** RFC 7512 2.3: what stands for itself in a path attribute, besides letters and digits. */
    private static final String PLAIN = "-._~:[]@!$'()*+,=&";

    /** What is wrong, without the text: it may have a PIN in it. */
    public static final class BadUriException extends Exception {
        private static final long serialVersionUID = 1L;

        BadUriException(String message) {
            super(message);
        }
    }

    /** @param maxChars of the whole text */
    public static TokenKeyUri parse(String text, int maxChars) throws BadUriException {
        if (text.length() > maxChars) {
            throw new BadUriException("it has more than " + maxChars + " characters");
        }
        if (!text.startsWith(SCHEME)) {
            throw new BadUriException("it does not begin with '" + SCHEME + "'");
        }
        if (text.contains("?")) {
            throw new BadUriException(
                    "it has a part behind '?'. The PIN is not given there: its file is named by the setting"
                            + " pkcs11.pinFile of the server");
        }
        Map<String, String> attributes = new HashMap<>();
        for (String attribute : text.substring(SCHEME.length()).split(";", -1)) {
            int equals = attribute.indexOf('=');
            String name = equals < 0 ? "" : attribute.substring(0, equals);
            if (!ATTRIBUTES.contains(name)) {
                throw new BadUriException("its attributes are token, object and type, and one is something else");
            }
            if (attributes.put(name, decoded(attribute.substring(equals + 1))) != null) {
                throw new BadUriException("it has the attribute " + name + " twice");
            }
        }
        if (!attributes.getOrDefault("type", "private").equals("private")) {
            throw new BadUriException("its type is not 'private'");
        }
        return new TokenKeyUri(required(attributes, "token"), required(attributes, "object"));
    }

    private static String required(Map<String, String> attributes, String name) throws BadUriException {
        String value = attributes.getOrDefault(name, "");
        if (value.isEmpty()) {
            throw new BadUriException("it has no " + name);
        }
        return value;
    }

    private static String decoded(String text) throws BadUriException {
        ByteBuffer bytes = ByteBuffer.allocate(text.length());
        for (int i = 0; i < text.length(); i++) {
            char at = text.charAt(i);
            if (at == '%') {
                if (i + 2 >= text.length()
                        || Character.digit(text.charAt(i + 1), 16) < 0
                        || Character.digit(text.charAt(i + 2), 16) < 0
                        || text.charAt(i + 1) > 'f'
                        || text.charAt(i + 2) > 'f') {
                    throw new BadUriException("a '%' has no two hexadecimal digits behind it");
                }
                bytes.put((byte) Integer.parseInt(text, i + 1, i + 3, 16));
                i += 2;
            } else if (isPlain(at)) {
                bytes.put((byte) at);
            } else {
                throw new BadUriException(
                        "it has a character that has to be written with '%' and two hexadecimal digits");
            }
        }
        String decoded;
        try {
            decoded = StandardCharsets.UTF_8.newDecoder().decode(bytes.flip()).toString();
        } catch (CharacterCodingException _) {
            throw new BadUriException("an attribute is not UTF-8");
        }
        if (decoded.chars().anyMatch(Character::isISOControl)) {
            throw new BadUriException("an attribute has a control character");
        }
        return decoded;
    }

    private static boolean isPlain(char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || PLAIN.indexOf(c) >= 0;
    }

    /** The text that {@link #parse} reads as the same. */
    @Override
    public String toString() {
        return SCHEME + "token=" + encoded(token) + ";object=" + encoded(object);
    }

    private static String encoded(String text) {
        StringBuilder out = new StringBuilder();
        for (byte each : text.getBytes(StandardCharsets.UTF_8)) {
            char c = (char) (each & 0xFF);
            if (isPlain(c)) {
                out.append(c);
            } else {
                out.append(String.format("%%%02X", (int) c));
            }
        }
        return out.toString();
    }
}
