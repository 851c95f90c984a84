package dev.holdfast.insight.fleet;

import java.time.Instant;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Which devices are wanted; null for any.
 *
 * @param device its id, by case, for itself and its modules, or {@code device/module}
 * @param client a part of what the client calls itself, without regard to case
 * @param notSeenSince last seen before this
 */
public record FleetQuery(
        @Nullable String hub,
        @Nullable String device,
        @Nullable String client,
        @Nullable ClientOffer offers,
        @Nullable ClientNeed needs,
        @Nullable Instant notSeenSince) {
    /** All of a hub, or of all. */
    public static FleetQuery of(@Nullable String hub) {
        return new FleetQuery(hub, null, null, null, null, null);
    }

    boolean matches(FleetDevice seen, Optional<KnownShape> shape) {
        return (hub == null || hub.equals(seen.hub()))
                && (device == null || seen.key().isOf(device))
                && (client == null || named(seen, client))
                && (notSeenSince == null || seen.lastSeen().isBefore(notSeenSince))
                && (offers == null
                        || shape.filter(known -> known.offers().contains(offers))
                                .isPresent())
                && (needs == null || needs(seen, shape, needs));
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
