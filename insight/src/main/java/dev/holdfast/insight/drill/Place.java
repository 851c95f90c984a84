package dev.holdfast.insight.drill;

import dev.holdfast.tls.hello.HelloShape;
import dev.holdfast.wire.Connection;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * What a socket and a hello tell of a client: by this a device of the cohort is known before it has named itself.
 *
 * @param listener that it came to: {@code mqtt}
 * @param address as text
 * @param shape the id of its hello's shape
 * @param serverName what it asks for (SNI), in small letters and without a dot at the end; null when it names none
 */
record Place(
        String listener,
        String address,
        String shape,
        @Nullable String serverName) {
    Place {
        serverName = serverName == null ? null : plain(serverName);
    }

    static Place of(Connection connection, @Nullable String serverName, HelloShape shape) {
        return new Place(
                connection.listener(),
                connection.remoteAddress().getAddress().getHostAddress(),
                shape.id(),
                serverName);
    }

    private static String plain(String name) {
        String small = name.toLowerCase(Locale.ROOT);
        return small.endsWith(".") ? small.substring(0, small.length() - 1) : small;
    }

    Place withoutName() {
        return new Place(listener, address, shape, null);
    }
}
