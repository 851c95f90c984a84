package dev.holdfast.server.operator;

import dev.holdfast.hub.identity.KeyRenewal;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.core.TokenStreamLocation;
import tools.jackson.core.exc.StreamConstraintsException;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The JSON object of a request, read strictly: a member that nobody asked for is a mistake to tell, not to pass over. */
final class RequestBody {
    private static final JsonMapper JSON = JsonMapper.builder()
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .build();

    private final JsonNode object;

    private RequestBody(JsonNode object) {
        this.object = object;
    }

    /** @param members every name that may be in it */
    static RequestBody read(byte[] body, Set<String> members) throws BadRequest {
        JsonNode object;
        try {
            object = JSON.readTree(body);
        } catch (JacksonException e) {
            throw new BadRequest(sentence(e));
        }
        if (!object.isObject()) {
            throw new BadRequest("The body is not a JSON object.");
        }
        for (String name : object.propertyNames()) {
            if (!members.contains(name)) {
                throw new BadRequest("The body has a member that is not known here; possible are "
                        + members.stream().sorted().toList() + ".");
            }
        }
        return new RequestBody(object);
    }

    /** Of the parser's message nothing: it is about the parser's classes and settings. */
    private static String sentence(JacksonException failure) {
        TokenStreamLocation at = failure.getLocation();
        String where =
                at == null || at.getLineNr() < 1 ? "" : ", at line " + at.getLineNr() + ", column " + at.getColumnNr();
        if (failure instanceof StreamConstraintsException) {
            return "The body is nested too deeply, or has a name or a value that is too long" + where + ".";
        }
        return String.valueOf(failure.getOriginalMessage()).startsWith("Duplicate ")
                ? "The body has a member twice" + where + "."
                : "The body is not JSON, or ends too early" + where + ".";
    }

    /** Whether it says anything about this, if only null. */
    boolean has(String name) {
        return object.has(name);
    }

    String text(String name) throws BadRequest {
        String text = optionalText(name);
        if (text == null) {
            throw new BadRequest("The body has no '" + name + "'.");
        }
        return text;
    }

    @Nullable
    String optionalText(String name) throws BadRequest {
        JsonNode value = object.get(name);
        if (value == null || value.isNull()) {
            return null;
        }
        if (!value.isString()) {
            throw new BadRequest("'" + name + "' is not a string.");
        }
        return value.stringValue();
    }

    int number(String name, int fallback) throws BadRequest {
        JsonNode value = object.get(name);
        if (value == null || value.isNull()) {
            return fallback;
        }
        if (!value.isInt()) {
            throw new BadRequest("'" + name + "' is not a whole number.");
        }
        return value.intValue();
    }

    double decimal(String name, double fallback) throws BadRequest {
        JsonNode value = object.get(name);
        if (value == null || value.isNull()) {
            return fallback;
        }
        if (!value.isNumber()) {
            throw new BadRequest("'" + name + "' is not a number.");
        }
        return value.doubleValue();
    }

    boolean flag(String name) throws BadRequest {
        JsonNode value = object.get(name);
        if (value == null || !value.isBoolean()) {
            throw new BadRequest("'" + name + "' is missing or neither true nor false.");
        }
        return value.booleanValue();
    }

    boolean flag(String name, boolean fallback) throws BadRequest {
        JsonNode value = object.get(name);
        return (value == null || value.isNull()) ? fallback : flag(name);
    }

    KeyRenewal renewal(String name) throws BadRequest {
        String text = text(name);
        return Arrays.stream(KeyRenewal.values())
                .filter(each -> each.name().equalsIgnoreCase(text))
                .findFirst()
                .orElseThrow(() -> new BadRequest("'" + name + "' is one of primary, secondary, both and swap."));
    }

    /** Empty when there is no such member. */
    List<String> texts(String name) throws BadRequest {
        JsonNode value = object.get(name);
        if (value == null || value.isNull()) {
            return List.of();
        }
        List<String> texts = new ArrayList<>();
        for (JsonNode element : value) {
            if (!element.isString()) {
                throw new BadRequest("'" + name + "' is not a list of strings.");
            }
            texts.add(element.stringValue());
        }
        if (!value.isArray()) {
            throw new BadRequest("'" + name + "' is not a list of strings.");
        }
        return texts;
    }
}
