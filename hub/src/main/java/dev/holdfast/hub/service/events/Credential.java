package dev.holdfast.hub.service.events;

import dev.holdfast.base.HubName;
import dev.holdfast.hub.Hub;
import dev.holdfast.hub.amqp.ConnectionRefusal;
import dev.holdfast.hub.amqp.Refusal;
import dev.holdfast.hub.identity.AccessRight;
import dev.holdfast.hub.identity.AuthenticationRefusal;
import dev.holdfast.hub.identity.SasToken;
import dev.holdfast.hub.identity.ServiceAuthentication;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Something that was shown on a connection and may allow reading. It is judged anew each time, so that a token that ran out, a
 * policy that was removed and a key that was regenerated take effect on links that are open.
 */
sealed interface Credential {
    Set<AccessRight> NEEDED = EnumSet.of(AccessRight.SERVICE_CONNECT);

    /** What is wrong with it for a path below a hub; null when nothing is. */
    @Nullable
    Refusal faultFor(EventsSettings settings, Hub hub, List<String> path);

    /** A shared access signature. */
    record Token(String text) implements Credential {
        /** What is wrong with it for everything; null when it is good for something. */
        @Nullable
        Refusal fault(EventsSettings settings) {
            return switch (SasToken.parse(text)) {
                case SasToken.Parsed.Malformed(var what) ->
                    new ConnectionRefusal.NotAuthenticated(new AuthenticationRefusal.TokenMalformed(what));
                case SasToken.Parsed.Token(var token) -> fault(settings, token);
            };
        }

        private @Nullable Refusal fault(EventsSettings settings, SasToken token) {
            List<String> path = token.resource().path();
            Optional<Hub> entity =
                    path.isEmpty() || !settings.isOwnHost(token.resource().host())
                            ? Optional.empty()
                            : HubName.parse(path.getFirst()).flatMap(settings.hubs()::byName);
            if (entity.isPresent()) {
                return faultFor(settings, entity.get(), path.subList(1, path.size()));
            }
            if (token.hasScheme() && !path.isEmpty() && !path.getFirst().equalsIgnoreCase("messages")) {
                // The shape of an Event Hubs client, whose EntityPath is wrong.
                return new ConnectionRefusal.UnknownHub(path.getFirst());
            }
            Optional<Hub> host = settings.hubs().byHostName(token.resource().host());
            if (host.isEmpty()) {
                return new ConnectionRefusal.UnknownHub(token.resource().host());
            }
            boolean events = path.size() >= 2
                    && path.get(0).equalsIgnoreCase("messages")
                    && path.get(1).equalsIgnoreCase("events");
            return faultFor(settings, host.get(), events ? path.subList(2, path.size()) : List.of());
        }

        /** The hub that the token names, for a report; null when it can't be read or there is no such hub. */
        @Nullable
        HubName named(EventsSettings settings) {
            if (!(SasToken.parse(text) instanceof SasToken.Parsed.Token(var token))) {
                return null;
            }
            List<String> path = token.resource().path();
            Optional<Hub> entity = token.hasScheme() && !path.isEmpty()
                    ? HubName.parse(path.getFirst()).flatMap(settings.hubs()::byName)
                    : Optional.empty();
            return entity.or(() -> settings.hubs().byHostName(token.resource().host()))
                    .map(Hub::name)
                    .orElse(null);
        }

        @Override
        public @Nullable Refusal faultFor(EventsSettings settings, Hub hub, List<String> path) {
            ServiceAuthentication judged = hub.authenticator().judgeEntity(text, settings::isOwnHost, path, NEEDED);
            return judged instanceof ServiceAuthentication.Refused(var why)
                    ? new ConnectionRefusal.NotAuthenticated(why)
                    : null;
        }

        @Override
        public String toString() {
            return "Token[hidden]";
        }
    }

    /** A policy and its key, from SASL PLAIN, good for one hub. */
    record PolicyKey(HubName hub, String policy, String key) implements Credential {
        @Override
        public @Nullable Refusal faultFor(EventsSettings settings, Hub asked, List<String> path) {
            if (!asked.name().equals(hub)) {
                return new EventsRefusal.TokenMissing(asked.name().value());
            }
            ServiceAuthentication judged = asked.authenticator().judgePolicyKey(policy, key, NEEDED);
            return switch (judged) {
                case ServiceAuthentication.Accepted _ -> null;
                case ServiceAuthentication.Refused(AuthenticationRefusal.PolicySignatureWrong(var named)) ->
                    new EventsRefusal.PolicyKeyWrong(named);
                case ServiceAuthentication.Refused(var why) -> new ConnectionRefusal.NotAuthenticated(why);
            };
        }

        @Override
        public String toString() {
            return "PolicyKey[" + hub + ", " + policy + "]";
        }
    }
}
