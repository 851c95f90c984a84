package dev.holdfast.hub.twin;

import dev.holdfast.base.Limits;
import dev.holdfast.hub.twin.TwinRefusal.TwinChangeTooLarge;
import dev.holdfast.hub.twin.TwinRefusal.TwinKeyMalformed;
import dev.holdfast.hub.twin.TwinRefusal.TwinNotAnObject;
import dev.holdfast.hub.twin.TwinRefusal.TwinNotJson;
import dev.holdfast.hub.twin.TwinRefusal.TwinNumberOutOfRange;
import dev.holdfast.hub.twin.TwinRefusal.TwinRequestTooLong;
import dev.holdfast.hub.twin.TwinRefusal.TwinTextMalformed;
import dev.holdfast.hub.twin.TwinRefusal.TwinTooDeep;
import dev.holdfast.hub.twin.TwinRefusal.TwinValueTooLong;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.core.TokenStreamLocation;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * Reads tags and properties token by token, and stops at the first that a twin may not have: nothing is built of what is refused.
 *
 * <p>{@code $metadata} and {@code $version} at the top are passed over, as clients send back what they read. Any thread.
 */
public final class TwinReader {
    private static final long INTEGER_MIN = -4503599627370496L;
    private static final long INTEGER_MAX = 4503599627370495L;
    private static final int NUMBER_MAX_CHARS = 100;
    private static final int PRINTED_MAX_CHARS = 40;
    private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

    private final Limits.Twin limits;
    private final JsonFactory json;
    private final int changeMaxBytes;

    public TwinReader(Limits.Twin limits) {
        this.limits = limits;
        // One change may remove all that there is and write as much.
        this.changeMaxBytes =
                2 * Math.max(limits.tagsMaxBytes(), Math.max(limits.desiredMaxBytes(), limits.reportedMaxBytes()));
        this.json = JsonFactory.builder()
                .streamReadConstraints(StreamReadConstraints.builder()
                        // Two more than are legal, so that who breaks the rule is told that rule.
                        .maxNestingDepth(limits.depthMax() + 3)
                        .maxNameLength(limits.requestMaxBytes())
                        .maxNumberLength(NUMBER_MAX_CHARS)
                        .maxStringLength(limits.requestMaxBytes())
                        .build())
                .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                .build();
    }

    /** What twins may have. */
    public Limits.Twin limits() {
        return limits;
    }

    /** What came of reading. */
    public sealed interface Read {
        record Content(TwinContent content) implements Read {}

        record Refused(TwinRefusal why) implements Read {}
    }

    /** Why reading stops. Has no stack: it is not a bug. */
    private static final class Stop extends Exception {
        private static final long serialVersionUID = 1L;
        private final transient TwinRefusal why;

        Stop(TwinRefusal why) {
            super(why.reason(), null, false, false);
            this.why = why;
        }
    }

    /** Reads what a device sends: one object and nothing behind it. */
    public Read read(byte[] text) {
        if (text.length > limits.requestMaxBytes()) {
            return new Read.Refused(new TwinRequestTooLong(text.length, limits.requestMaxBytes()));
        }
        try (JsonParser in = json.createParser(ObjectReadContext.empty(), text)) {
            if (in.nextToken() != JsonToken.START_OBJECT) {
                return new Read.Refused(in.currentToken() == null ? new TwinNotJson("") : new TwinNotAnObject());
            }
            TwinContent content = new TwinContent(new Reading(in).object(0));
            return in.nextToken() == null
                    ? new Read.Content(content)
                    : new Read.Refused(new TwinNotJson(": something follows its end"));
        } catch (Stop stop) {
            return new Read.Refused(stop.why);
        } catch (JacksonException malformed) {
            return new Read.Refused(new TwinNotJson(place(malformed)));
        }
    }

    /** Reads what was put together from what a client sent. As text and not as bytes, which half a surrogate pair would not survive. */
    public Read read(ObjectNode made) {
        try (JsonParser in = json.createParser(ObjectReadContext.empty(), made.toString())) {
            in.nextToken();
            return read(in);
        } catch (JacksonException malformed) {
            return new Read.Refused(new TwinNotJson(place(malformed)));
        }
    }

    /**
     * Reads one object from the middle of a document, and leaves the parser at its end whatever it was.
     *
     * @param in at the first token of a value
     * @throws JacksonException when the document is not JSON
     */
    public Read read(JsonParser in) {
        if (in.currentToken() != JsonToken.START_OBJECT) {
            in.skipChildren();
            return new Read.Refused(new TwinNotAnObject());
        }
        int depth = in.streamReadContext().getNestingDepth();
        try {
            return new Read.Content(new TwinContent(new Reading(in).object(0)));
        } catch (Stop stop) {
            while (in.streamReadContext().getNestingDepth() >= depth) {
                in.nextToken();
            }
            return new Read.Refused(stop.why);
        }
    }

    private static String place(JacksonException malformed) {
        TokenStreamLocation location = malformed.getLocation();
        return location == null ? "" : ", at line " + location.getLineNr() + ", column " + location.getColumnNr();
    }

    /** One object being read. */
    private final class Reading {
        private final JsonParser in;
        private int counted;

        Reading(JsonParser in) {
            this.in = in;
        }

        /** @param depth of the object: 0 for tags or properties themselves */
        ObjectNode object(int depth) throws Stop {
            ObjectNode read = NODES.objectNode();
            while (in.nextToken() != JsonToken.END_OBJECT) {
                String key = in.currentName();
                in.nextToken();
                if (depth == 0 && (key.equals("$metadata") || key.equals("$version"))) {
                    in.skipChildren();
                    continue;
                }
                check(key);
                count(TwinSize.bytes(key));
                read.set(key, value(key, depth + 1));
            }
            count(read.isEmpty() ? TwinSize.EMPTY : 0);
            return read;
        }

        private ArrayNode array(String key, int depth) throws Stop {
            ArrayNode read = NODES.arrayNode();
            while (in.nextToken() != JsonToken.END_ARRAY) {
                read.add(value(key, depth + 1));
            }
            count(read.isEmpty() ? TwinSize.EMPTY : 0);
            return read;
        }

        private JsonNode value(String key, int depth) throws Stop {
            JsonToken token = in.currentToken();
            if ((token == JsonToken.START_OBJECT || token == JsonToken.START_ARRAY) && depth > limits.depthMax()) {
                throw new Stop(new TwinTooDeep(limits.depthMax()));
            }
            return switch (token) {
                case START_OBJECT -> object(depth);
                case START_ARRAY -> array(key, depth);
                case VALUE_STRING -> text(key);
                case VALUE_NUMBER_INT -> integer(key);
                case VALUE_NUMBER_FLOAT -> number(key);
                case VALUE_TRUE, VALUE_FALSE -> {
                    count(TwinSize.WORD);
                    yield NODES.booleanNode(token == JsonToken.VALUE_TRUE);
                }
                case VALUE_NULL -> {
                    count(TwinSize.WORD);
                    yield NODES.nullNode();
                }
                case NOT_AVAILABLE, END_OBJECT, END_ARRAY, PROPERTY_NAME, VALUE_EMBEDDED_OBJECT ->
                    throw new IllegalStateException("a parser of text gave " + token + " for a value");
            };
        }

        private JsonNode text(String key) throws Stop {
            String text = in.getString();
            if (hasHalfPair(text)) {
                throw new Stop(new TwinTextMalformed(printed(key)));
            }
            int bytes = TwinSize.bytes(text);
            if (bytes > limits.valueMaxBytes()) {
                throw new Stop(new TwinValueTooLong(printed(key), limits.valueMaxBytes()));
            }
            count(Math.max(TwinSize.EMPTY, bytes));
            return NODES.stringNode(text);
        }

        private JsonNode integer(String key) throws Stop {
            boolean fits = in.getNumberType() != JsonParser.NumberType.BIG_INTEGER;
            long number = fits ? in.getLongValue() : 0;
            if (!fits || number < INTEGER_MIN || number > INTEGER_MAX) {
                throw new Stop(new TwinNumberOutOfRange(printed(key)));
            }
            count(TwinSize.NUMBER);
            return NODES.numberNode(number);
        }

        private JsonNode number(String key) throws Stop {
            double number = in.getDoubleValue();
            if (!Double.isFinite(number)) {
                throw new Stop(new TwinNumberOutOfRange(printed(key)));
            }
            count(TwinSize.NUMBER);
            return NODES.numberNode(number);
        }

        private void count(int bytes) throws Stop {
            counted += bytes;
            if (counted > changeMaxBytes) {
                throw new Stop(new TwinChangeTooLarge(changeMaxBytes));
            }
        }

        private void check(String key) throws Stop {
            if (key.isEmpty()) {
                throw new Stop(new TwinKeyMalformed("one is empty"));
            }
            if (hasHalfPair(key)) {
                throw new Stop(new TwinKeyMalformed("'" + printed(key) + "' holds half a surrogate pair"));
            }
            if (TwinSize.bytes(key) > limits.keyMaxBytes()) {
                throw new Stop(new TwinKeyMalformed("'" + printed(key) + "' is too long"));
            }
            // C0 and C1, and what paths and the hub's own names are made of.
            if (key.chars().anyMatch(c -> c < 0x20 || (c >= 0x7F && c <= 0x9F) || c == '.' || c == '$' || c == ' ')) {
                throw new Stop(new TwinKeyMalformed("'" + printed(key) + "' holds a character that is not allowed"));
            }
        }
    }

    private static boolean hasHalfPair(String text) {
        return text.codePoints().anyMatch(c -> c >= Character.MIN_SURROGATE && c <= Character.MAX_SURROGATE);
    }

    /** The beginning of a key, for a sentence: nothing of it can end a line or a text. */
    private static String printed(String key) {
        StringBuilder out = new StringBuilder();
        key.codePoints()
                .limit(PRINTED_MAX_CHARS)
                .map(c -> Character.isISOControl(c) || (c >= 0xD800 && c <= 0xDFFF) ? '\uFFFD' : c)
                .forEach(out::appendCodePoint);
        return out.length() < key.length() ? out + "…" : out.toString();
    }
}
