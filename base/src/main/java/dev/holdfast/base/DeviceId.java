package dev.holdfast.base;

import java.util.Optional;

/**
 * A device id: 1 to 128 ASCII letters, digits or any of {@code - : . + % _ # * ? ! ( ) , = @ ; $ '}.
 *
 * <p>The wildcards of MQTT are legal in it, so an id is compared literally and never used as a pattern.
 */
public record DeviceId(String value) implements Comparable<DeviceId> {
    public DeviceId {
        if (!IdSyntax.accepts(value)) {
            throw new IllegalArgumentException(
                    "not a device id: 1 to 128 ASCII letters, digits or - : . + % _ # * ? ! ( ) , = @ ; $ '");
        }
    }

    /** Reads an id; empty when the text is none. */
    public static Optional<DeviceId> parse(String text) {
        return IdSyntax.accepts(text) ? Optional.of(new DeviceId(text)) : Optional.empty();
    }

    @Override
    public int compareTo(DeviceId other) {
        return value.compareTo(other.value);
    }

    @Override
    public String toString() {
        return value;
    }
}
