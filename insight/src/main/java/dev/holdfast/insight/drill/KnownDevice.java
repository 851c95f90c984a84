package dev.holdfast.insight.drill;

import java.net.InetAddress;
import org.jspecify.annotations.Nullable;

/**
 * Where and how a device came in last.
 *
 * @param address as text
 * @param shape the id of its hello's shape
 * @param serverName what it asked for (SNI); null when it named none
 * @param keyType of the certificate that it was shown: {@code RSA} or {@code ECDSA}; null when that is not known
 */
public record KnownDevice(
        String hub,
        String device,
        String listener,
        String address,
        String shape,
        @Nullable String serverName,
        @Nullable String keyType) {
    Place place() {
        return new Place(listener, address, shape, serverName);
    }

    Whereabouts.Who who() {
        return new Whereabouts.Who(hub, device);
    }

    InetAddress source() {
        return InetAddress.ofLiteral(address);
    }
}
