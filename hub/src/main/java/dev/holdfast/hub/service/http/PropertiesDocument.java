package dev.holdfast.hub.service.http;

import org.jspecify.annotations.Nullable;

/** The properties of a twin as services write them. Reported ones are the device's: they are passed over. */
record PropertiesDocument(@Nullable SectionDocument desired) {
    static @Nullable SectionDocument desiredOf(@Nullable PropertiesDocument properties) {
        return properties == null ? null : properties.desired();
    }
}
