package dev.holdfast.server.policy;

import dev.holdfast.base.HubName;
import dev.holdfast.hub.Hub;
import dev.holdfast.hub.HubDirectory;
import dev.holdfast.insight.dryrun.PolicyPath;
import dev.holdfast.tls.policy.Directory;
import dev.holdfast.tls.policy.TlsPolicy;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** Which policies connections meet in this installation, as it is and as it would be. Any thread; quick. */
public final class PolicyPaths {
    /**
     * The policies that the server's settings name.
     *
     * @param byDefault and the others: for clients of a listener that name no host of ours; null where the settings leave it open
     */
    public record OfSettings(
            String byDefault,
            @Nullable String mqtt,
            @Nullable String amqp,
            @Nullable String https) {}

    private final HubDirectory hubs;
    private final HubName first;
    private final Directory directory;
    private final PolicyStore policies;
    private final OfSettings settings;

    /** @param first the hub that clients mean that name none */
    public PolicyPaths(
            HubDirectory hubs, HubName first, Directory directory, PolicyStore policies, OfSettings settings) {
        this.hubs = hubs;
        this.first = first;
        this.directory = directory;
        this.policies = policies;
        this.settings = settings;
    }

    public PolicyPath now() {
        return new Path(hub -> hub.tls().get(), UnaryOperator.identity());
    }

    /** If a hub had another policy. */
    public PolicyPath ifHubHad(HubName changed, TlsPolicy policy) {
        return new Path(hub -> hub.name().equals(changed) ? policy : hub.tls().get(), UnaryOperator.identity());
    }

    /** If the policy of this name were another one. */
    public PolicyPath ifPolicyWere(TlsPolicy policy) {
        UnaryOperator<TlsPolicy> changed = now -> now.name().equals(policy.name()) ? policy : now;
        return new Path(hub -> changed.apply(hub.tls().get()), changed);
    }

    private final class Path implements PolicyPath {
        private final Function<Hub, TlsPolicy> ofHub;
        private final UnaryOperator<TlsPolicy> changed;

        /** @param changed what a policy of the settings becomes */
        Path(Function<Hub, TlsPolicy> ofHub, UnaryOperator<TlsPolicy> changed) {
            this.ofHub = ofHub;
            this.changed = changed;
        }

        @Override
        public Optional<TlsPolicy> ofHello(String listener, @Nullable String serverName) {
            return directory.find(serverName, ofListener(listener)).map(endpoint -> {
                if (!endpoint.registered()) {
                    return endpoint.policy();
                }
                return hubs.byHostName(endpoint.name()).map(ofHub).orElseGet(() -> named(settings.byDefault));
            });
        }

        /**
         * As the listeners are given theirs: devices and readers that name no host mean the first hub. What speaks over a WebSocket came
         * to that of HTTPS.
         */
        private TlsPolicy ofListener(String listener) {
            String given = switch (listener) {
                case "mqtt" -> settings.mqtt;
                case "amqp" -> settings.amqp;
                default -> settings.https;
            };
            if (given != null) {
                return named(given);
            }
            boolean ofHubs = listener.equals("mqtt") || listener.equals("amqp");
            return ofHubs
                    ? hubs.byName(first).map(ofHub).orElseGet(() -> named(settings.byDefault))
                    : named(settings.byDefault);
        }

        private TlsPolicy named(String name) {
            return changed.apply(policies.find(name)
                    .orElseThrow(() -> new IllegalStateException("the settings name a policy that is gone: " + name)));
        }

        @Override
        public Optional<TlsPolicy> ofHandshake(String hub, @Nullable String serverName) {
            Optional<Hub> asked = HubName.parse(hub).flatMap(hubs::byName);
            boolean isNamed = serverName != null
                    && asked.isPresent()
                    && hubs.byHostName(serverName).map(Hub::name).equals(asked.map(Hub::name));
            return isNamed ? Optional.empty() : asked.map(ofHub);
        }
    }
}
