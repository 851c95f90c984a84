package dev.holdfast.server.setting;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/** Settings in variables of the environment. */
public final class Environment {
    static final String PREFIX = "HOLDFAST_";
    /** Read by the script, the Java runtime or the other commands. */
    private static final Set<String> OTHERS = Set.of("HOLDFAST_JAVA_OPTIONS", "HOLDFAST_TOKEN", "HOLDFAST_JVMS");

    /**
     * @param byPath what the variables give; an empty one gives nothing, since many tools can't unset one
     * @param unknown a sentence for each variable that begins like a setting and is none. It is no error: a container
     *     platform sets such variables by itself, {@code HOLDFAST_SERVICE_HOST} for one
     */
    public record Found(Map<String, Given> byPath, List<String> unknown) {
        public Found {
            byPath = Map.copyOf(byPath);
            unknown = List.copyOf(unknown);
        }
    }

    private Environment() {}

    public static Found read(Map<String, String> variables, Catalog catalog) {
        Map<String, String> left = new TreeMap<>(variables);
        left.keySet().removeIf(name -> !name.startsWith(PREFIX) || OTHERS.contains(name));
        Map<String, Given> found = new HashMap<>();
        for (Setting<?> setting : catalog.all()) {
            String text = left.remove(setting.variable());
            if (text != null && !text.isEmpty()) {
                found.put(setting.path(), new Given(text, new Origin.Variable(setting.variable())));
            }
        }
        return new Found(
                found,
                left.keySet().stream().map(name -> unknown(name, catalog)).toList());
    }

    private static String unknown(String variable, Catalog catalog) {
        return "the environment variable " + WrongSettingException.quoted(variable) + " is no setting and is ignored"
                + catalog.nearestVariable(variable)
                        .map(near -> "; did you mean " + near + "?")
                        .orElse(".");
    }
}
