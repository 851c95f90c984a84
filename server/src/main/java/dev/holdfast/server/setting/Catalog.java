package dev.holdfast.server.setting;

import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** The settings that there are. */
public final class Catalog {
    /** One slip of the finger in so many characters; a name that is further from all others is no slip. */
    private static final int CHARS_FOR_A_SLIP = 3;

    private static final int VARIABLE_SLIP_CHARS = 3;

    private final Map<String, Setting<?>> byPath = new LinkedHashMap<>();

    public Catalog(List<Setting<?>> settings) {
        settings.forEach(setting -> byPath.put(setting.path(), setting));
    }

    /** In their order. */
    public List<Setting<?>> all() {
        return List.copyOf(byPath.values());
    }

    boolean has(String path) {
        return byPath.containsKey(path);
    }

    boolean isSection(String path) {
        return byPath.keySet().stream().anyMatch(known -> known.startsWith(path + "."));
    }

    /** The path of a setting or section that somebody may have meant by one that does not exist. */
    Optional<String> nearest(String path) {
        String name = last(path);
        int distanceMax = slip(name);
        return best(byPath.keySet(), path, distanceMax)
                // The right name in the wrong section; then a slip in the name of a section.
                .or(() -> byPath.keySet().stream()
                        .filter(known -> last(known).equalsIgnoreCase(name))
                        .findFirst())
                .or(() -> best(sections(), path, distanceMax));
    }

    /** The variable of a setting that somebody may have meant. */
    Optional<String> nearestVariable(String variable) {
        return best(byPath.values().stream().map(Setting::variable).toList(), variable, VARIABLE_SLIP_CHARS);
    }

    private Set<String> sections() {
        Set<String> sections = new LinkedHashSet<>();
        for (String path : byPath.keySet()) {
            for (int dot = path.indexOf('.'); dot >= 0; dot = path.indexOf('.', dot + 1)) {
                sections.add(path.substring(0, dot));
            }
        }
        return sections;
    }

    private static int slip(String name) {
        return Math.max(1, name.length() / CHARS_FOR_A_SLIP);
    }

    private static Optional<String> best(Collection<String> candidates, String wrong, int distanceMax) {
        String best = null;
        int tooFar = distanceMax + 1;
        for (String candidate : candidates) {
            int distance = Spelling.distance(candidate, wrong, tooFar);
            if (distance < tooFar) {
                best = candidate;
                tooFar = distance;
            }
        }
        return Optional.ofNullable(best);
    }

    private static String last(String path) {
        return path.substring(path.lastIndexOf('.') + 1);
    }
}
