package dev.holdfast.server.setting;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What holds: for each setting the value of the strongest place that gives one. */
public final class Values {
    private record Held(Object value, Origin origin) {}

    private final Map<Setting<?>, Held> held = new HashMap<>();
    private final Catalog catalog;

    private Values(Catalog catalog) {
        this.catalog = catalog;
    }

    /**
     * Checks all that was given, what a stronger place overrides included: a mistake there would come out on another day.
     *
     * @param layers by path, the strongest first; every path is one of the catalog
     */
    public static Values of(Catalog catalog, List<Map<String, Given>> layers) throws WrongSettingException {
        Values values = new Values(catalog);
        for (Map<String, Given> layer : layers.reversed()) {
            for (Setting<?> setting : catalog.all()) {
                Given given = layer.get(setting.path());
                if (given != null) {
                    values.held.put(setting, check(setting, given));
                }
            }
        }
        return values;
    }

    private static Held check(Setting<?> setting, Given given) throws WrongSettingException {
        boolean printable = given.text().chars().noneMatch(Character::isISOControl);
        Object value = printable ? setting.kind().read(given.text()) : null;
        if (value == null) {
            String about = given.origin() instanceof Origin.InFile ? setting.path() + ": " : "";
            throw new WrongSettingException(
                    given.origin(),
                    about + WrongSettingException.quoted(given.text()) + " is not "
                            + setting.kind().name() + ".");
        }
        return new Held(value, given.origin());
    }

    /** Null when nobody set it and nothing of its kind holds then. */
    @SuppressWarnings("unchecked") // what is held under a setting was read by its kind
    public <T> @Nullable T find(Setting<T> setting) {
        Held found = held.get(setting);
        return found == null ? setting.fallback() : (T) found.value();
    }

    public <T> T get(Setting<T> setting) {
        T value = find(setting);
        if (value == null) {
            throw new IllegalArgumentException(setting.path() + " can be absent");
        }
        return value;
    }

    /** What is wrong with a value in the light of others; the sentence names its setting. */
    public WrongSettingException wrong(Setting<?> setting, String sentence) {
        Origin origin = origin(setting);
        return origin == null ? new WrongSettingException(sentence) : new WrongSettingException(origin, sentence);
    }

    /** Where it was set; null when it was not. */
    @Nullable
    Origin origin(Setting<?> setting) {
        Held found = held.get(setting);
        return found == null ? null : found.origin();
    }

    Catalog catalog() {
        return catalog;
    }
}
