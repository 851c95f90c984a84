package dev.holdfast.insight.fleet;

import java.time.Instant;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Which devices are wanted; null for any.
 *
 * @param client a part of what the client calls itself, without regard to case
 * @param notSeenSince last seen before this
 */
public record FleetQuery(
        @Nullable String hub,
        @Nullable String client,
        @Nullable ClientOffer offers,
        @Nullable ClientNeed needs,
        @Nullable Instant notSeenSince) {
    /** All of a hub, or of all. */
    public static FleetQuery of(@Nullable String hub) {
        return new FleetQuery(hub, null, null, null, null);
    }

    boolean matches(FleetDevice device, Optional<KnownShape> shape) {
        return (hub == null || hub.equals(device.hub()))
                && (client == null || named(device, client))
                && (notSeenSince == null || device.lastSeen().isBefore(notSeenSince))
                && (offers == null
                        || shape.filter(known -> known.offers().contains(offers))
                                .isPresent())
                && (needs == null || needs(device, shape, needs));
    }

    private static boolean named(FleetDevice device, String part) {
        String name = device.client();
        return name != null && name.toLowerCase(Locale.ROOT).contains(part.toLowerCase(Locale.ROOT));
    }

    /** A certificate that was signed with SHA-1 is a need of the device, whatever its TLS library could do. */
    static boolean needs(FleetDevice device, Optional<KnownShape> shape, ClientNeed need) {
        ClientCertificate certificate = device.certificate();
        return shape.filter(known -> known.needs().contains(need)).isPresent()
                || (need == ClientNeed.SHA1 && certificate != null && certificate.isSignedWithSha1());
    }
}
