package dev.holdfast.cli.bench;

import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** Results as files that are compared later. */
public final class ResultJson {
    private static final JsonMapper JSON = JsonMapper.builder().build();

    private ResultJson() {}

    /**
     * A result as it was written.
     *
     * @param label names the server
     * @param measures values by name
     * @param failure why the run counts as failed; null when it does not
     */
    record Read(
            String bench,
            String label,
            Map<String, String> settings,
            Map<String, Double> measures,
            @Nullable String failure) {
        /** The same, with the value of a setting in the place of the label and the label among the settings. */
        Read by(String setting) {
            Map<String, String> others = new LinkedHashMap<>(settings);
            String value = others.remove(setting);
            others.put("server", label);
            return new Read(bench, setting + " " + (value == null ? "none" : value), others, measures, failure);
        }
    }

    public static ObjectNode write(Result result, String label) {
        ObjectNode json = JSON.createObjectNode();
        json.put("bench", result.bench()).put("label", label);
        ObjectNode settings = json.putObject("settings");
        result.settings().forEach(settings::put);
        ObjectNode measures = json.putObject("measures");
        result.measures().forEach(measure -> measures.put(measure.name(), measure.value()));
        ArrayNode notes = json.putArray("notes");
        result.notes().forEach(notes::add);
        return json.put("failure", result.failure());
    }

    /** Null when the bytes are no result. */
    static @Nullable Read read(byte[] bytes) {
        JsonNode json;
        try {
            json = JSON.readTree(bytes);
        } catch (JacksonException notJson) {
            return null;
        }
        if (!json.path("bench").isString() || !json.path("measures").isObject()) {
            return null;
        }
        Map<String, String> settings = new LinkedHashMap<>();
        json.path("settings")
                .properties()
                .forEach(entry -> settings.put(entry.getKey(), entry.getValue().asString("")));
        Map<String, Double> measures = new LinkedHashMap<>();
        json.path("measures")
                .properties()
                .forEach(entry -> measures.put(entry.getKey(), entry.getValue().asDouble(0)));
        JsonNode failure = json.path("failure");
        return new Read(
                json.path("bench").asString(),
                json.path("label").asString(""),
                settings,
                measures,
                failure.isString() ? failure.asString() : null);
    }
}
