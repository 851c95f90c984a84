package dev.holdfast.hub.device.amqp;

import dev.holdfast.hub.identity.DeviceCredentials;
import dev.holdfast.hub.identity.Identity;
import dev.holdfast.hub.identity.SasToken;
import dev.holdfast.tls.peer.PeerIdentity;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;

/** The tokens that one connection showed, by what they are good for: a new one takes the place of the old. Used by one thread at a time. */
final class Tokens {
    private record Kept(String text, SasToken sas) {}

    private final int max;
    private final Map<String, Kept> kept = new LinkedHashMap<>();

    Tokens(int max) {
        this.max = max;
    }

    /** Keeps one that was judged; false when there is no room, even without those for which {@code over} holds. */
    boolean keep(String text, SasToken sas, Predicate<SasToken> over) {
        String place = sas.resource() + " " + (sas.policy() == null ? "" : sas.policy());
        if (!kept.containsKey(place) && kept.size() >= max) {
            kept.values().removeIf(old -> over.test(old.sas));
            if (kept.size() >= max) {
                return false;
            }
        }
        kept.remove(place);
        kept.put(place, new Kept(text, sas));
        return true;
    }

    /** The hosts that tokens for an identity name, in lower case; the closest tokens first. */
    List<String> hosts(Identity identity) {
        return covering(identity).stream().map(one -> one.sas.resource().host()).toList();
    }

    /** What an identity can offer to come into a hub: its tokens, the closest first, or else what the handshake proved. */
    List<DeviceCredentials> credentials(Predicate<String> isHost, Identity identity, PeerIdentity peer) {
        List<DeviceCredentials> offers = new ArrayList<>();
        for (Kept one : covering(identity)) {
            if (isHost.test(one.sas.resource().host())) {
                offers.add(new DeviceCredentials(identity, one.text, peer));
            }
        }
        return offers.isEmpty() ? List.of(new DeviceCredentials(identity, null, peer)) : offers;
    }

    private List<Kept> covering(Identity identity) {
        List<String> path = identity.path();
        return kept.values().stream()
                .filter(one -> one.sas.coversPath(path))
                .sorted(Comparator.comparingInt(
                                (Kept one) -> one.sas.resource().path().size())
                        .reversed())
                .toList();
    }
}
