package dev.holdfast.hub.twin.digital;

import dev.holdfast.base.Limits;
import dev.holdfast.hub.twin.TwinRefusal;
import dev.holdfast.hub.twin.TwinRefusal.PatchMalformed;
import dev.holdfast.hub.twin.TwinRefusal.PatchOperationNotSupported;
import dev.holdfast.hub.twin.TwinRefusal.PatchPathUnfit;
import dev.holdfast.hub.twin.TwinRefusal.PatchValueUnfit;
import dev.holdfast.hub.twin.TwinRefusal.TwinRequestTooLong;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.core.TokenStreamLocation;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * Reads JSON patches (RFC 6902) of digital twins, within the bounds of twins. Names and values are such as the Digital Twins Definition
 * Language, version 2, has: what no model can name is no property. Any thread.
 */
final class PatchReader {
    /** A name of DTDL version 2. Nothing in it would have to be escaped in a JSON pointer (RFC 6901). */
    private static final Pattern NAME = Pattern.compile("[A-Za-z](?:[A-Za-z0-9_]{0,62}[A-Za-z0-9])?");

    /** Objects in one another in one value, as DTDL has it. */
    private static final int VALUE_DEPTH_MAX = 5;

    private static final int NUMBER_MAX_CHARS = 100;
    private static final String METADATA = "$metadata";

    private final Limits.Twin limits;
    private final JsonMapper json;

    PatchReader(Limits.Twin limits) {
        this.limits = limits;
        this.json = JsonMapper.builder(JsonFactory.builder()
                        .streamReadConstraints(StreamReadConstraints.builder()
                                // The patch, the operation, the component; and more than is legal, so that who breaks
                                // the rule is told that rule.
                                .maxNestingDepth(limits.depthMax() + 3)
                                .maxNameLength(limits.requestMaxBytes())
                                .maxNumberLength(NUMBER_MAX_CHARS)
                                .maxStringLength(limits.requestMaxBytes())
                                .build())
                        .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                        .build())
                .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
                // A number that no twin may have stays what it is until that is judged.
                .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
                .build();
    }

    /** What came of reading. */
    sealed interface Read {
        record Operations(List<Operation> operations) implements Read {
            public Operations {
                operations = List.copyOf(operations);
            }
        }

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

    Read read(byte[] patch) {
        if (patch.length > limits.requestMaxBytes()) {
            return new Read.Refused(new TwinRequestTooLong(patch.length, limits.requestMaxBytes()));
        }
        try {
            if (!(json.readTree(patch) instanceof ArrayNode array)) {
                return new Read.Refused(new PatchMalformed("it is no array"));
            }
            List<Operation> operations = new ArrayList<>();
            for (JsonNode each : array) {
                operations.add(operation(operations.size() + 1, each));
            }
            return new Read.Operations(operations);
        } catch (Stop stop) {
            return new Read.Refused(stop.why);
        } catch (JacksonException malformed) {
            return new Read.Refused(new PatchMalformed("it can't be read as JSON" + place(malformed)));
        } catch (NumberFormatException beyondDecimals) {
            return new Read.Refused(new PatchMalformed("a number in it has too large an exponent"));
        }
    }

    private static String place(JacksonException malformed) {
        TokenStreamLocation location = malformed.getLocation();
        return location == null ? "" : ", at line " + location.getLineNr() + ", column " + location.getColumnNr();
    }

    private static Operation operation(int number, JsonNode json) throws Stop {
        if (!(json instanceof ObjectNode object)) {
            throw new Stop(new PatchMalformed("operation " + number + " is no object"));
        }
        String op = text(number, object, "op");
        return switch (op) {
            case "add", "replace" -> put(number, target(number, object), object.get("value"));
            case "remove" -> new Operation.Remove(number, target(number, object));
            case "move", "copy", "test" -> throw new Stop(new PatchOperationNotSupported(number, "'" + op + "'"));
            default -> throw new Stop(new PatchOperationNotSupported(number, "something else than JSON patch has"));
        };
    }

    private static String text(int number, ObjectNode object, String member) throws Stop {
        String text = object.path(member).stringValue(null);
        if (text == null) {
            throw new Stop(new PatchMalformed("the " + member + " of operation " + number + " is missing or no text"));
        }
        return text;
    }

    private static Operation.Target target(int number, ObjectNode object) throws Stop {
        String[] names = text(number, object, "path").split("/", -1);
        boolean absolute = names[0].isEmpty();
        if (!absolute || names.length < 2 || names.length > 3) {
            throw new Stop(new PatchPathUnfit(number));
        }
        for (int i = 1; i < names.length; i++) {
            if (!isName(names[i])) {
                throw new Stop(new PatchPathUnfit(number));
            }
        }
        return new Operation.Target(names[1], names.length == 3 ? names[2] : null);
    }

    private static boolean isName(String text) {
        return NAME.matcher(text).matches();
    }

    private static Operation put(int number, Operation.Target target, @Nullable JsonNode value) throws Stop {
        if (value == null) {
            throw new Stop(new PatchMalformed("operation " + number + " has no value"));
        }
        boolean ofComponent = target.property() == null && value.has(METADATA);
        if (!ofComponent) {
            check(number, value, 1);
            return new Operation.PutProperty(number, target, value);
        }
        if (!(value.get(METADATA) instanceof ObjectNode metadata) || !metadata.isEmpty()) {
            throw new Stop(new PatchValueUnfit(number, "its $metadata is no empty object"));
        }
        ObjectNode properties = ((ObjectNode) value).deepCopy();
        properties.remove(METADATA);
        for (var property : properties.properties()) {
            checkName(number, property.getKey());
            check(number, property.getValue(), 1);
        }
        return new Operation.PutComponent(number, target, properties);
    }

    /** @param depth of the value, if it is an object */
    private static void check(int number, JsonNode value, int depth) throws Stop {
        if (value.isNull()) {
            throw new Stop(new PatchValueUnfit(number, "it is null or holds one"));
        }
        if (value.isArray()) {
            throw new Stop(new PatchValueUnfit(number, "it is an array or holds one"));
        }
        if (value instanceof ObjectNode object) {
            if (depth > VALUE_DEPTH_MAX) {
                throw new Stop(new PatchValueUnfit(number, "too many objects stand in one another"));
            }
            for (var member : object.properties()) {
                checkName(number, member.getKey());
                check(number, member.getValue(), depth + 1);
            }
        }
    }

    private static void checkName(int number, String name) throws Stop {
        if (!isName(name)) {
            throw new Stop(new PatchValueUnfit(number, "a name in it is none that a model can have"));
        }
    }
}
