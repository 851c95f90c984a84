package dev.holdfast.hub.service.events;

import dev.holdfast.hub.Hub;
import dev.holdfast.hub.amqp.ConnectionRefusal;
import dev.holdfast.hub.amqp.Refusal;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What was shown on one connection: tokens by their audience, where a new one takes the place of the old, and what SASL brought.
 * Only on the connection's event loop.
 */
final class Grants {
    private static final String SASL = "";

    private final EventsSettings settings;
    private final Map<String, Credential> shown = new LinkedHashMap<>();

    Grants(EventsSettings settings) {
        this.settings = settings;
    }

    void addFromSasl(Credential credential) {
        shown.put(SASL, credential);
    }

    boolean isEmpty() {
        return shown.isEmpty();
    }

    /** Keeps a token that is good for something; returns why not otherwise. */
    @Nullable
    Refusal put(String audience, Credential.Token token) {
        Refusal fault = token.fault(settings);
        if (fault != null) {
            return fault;
        }
        int max = settings.limits().amqp().tokensMax();
        if (!shown.containsKey(audience) && shown.size() >= max) {
            shown.values().removeIf(kept -> kept instanceof Credential.Token old && old.fault(settings) != null);
            if (shown.size() >= max) {
                return new ConnectionRefusal.TooManyTokens(max);
            }
        }
        shown.put(audience, token);
        return null;
    }

    /** Why nothing that was shown allows a path below a hub; null when something does. */
    @Nullable
    Refusal faultFor(@Nullable Hub hub, List<String> path, String address) {
        if (hub != null) {
            for (Credential credential : shown.values()) {
                if (credential.faultFor(settings, hub, path) == null) {
                    return null;
                }
            }
        }
        return new EventsRefusal.TokenMissing(address);
    }
}
