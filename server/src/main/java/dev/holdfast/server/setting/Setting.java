package dev.holdfast.server.setting;

import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * One thing that an operator may set.
 *
 * @param path the names of its sections and its own, with dots between them: {@code listeners.mqtt.port}
 * @param fallback what holds when nobody set it; null when that is not a value of its kind
 * @param fallbackText the same in words
 * @param about what it decides, in a sentence
 */
public record Setting<T>(
        String path, Kind<T> kind, @Nullable T fallback, String fallbackText, String about) {

    public static <T> Setting<T> of(String path, Kind<T> kind, T fallback, String about) {
        return new Setting<>(path, kind, fallback, kind.write(fallback), about);
    }

    /** A setting whose absence means something that no value of its kind means. */
    public static <T> Setting<T> optional(String path, Kind<T> kind, String fallbackText, String about) {
        return new Setting<>(path, kind, null, fallbackText, about);
    }

    /** The variable of the environment that sets it: {@code HOLDFAST_LISTENERS_MQTT_PORT}. */
    public String variable() {
        return Environment.PREFIX
                + path.replaceAll("([A-Z])", "_$1").replace('.', '_').toUpperCase(Locale.ROOT);
    }
}
