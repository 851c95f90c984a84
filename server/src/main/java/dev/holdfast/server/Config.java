package dev.holdfast.server;

import dev.holdfast.base.Limits;
import dev.holdfast.hub.throttle.Operation;
import dev.holdfast.hub.throttle.Rate;
import dev.holdfast.pki.TokenKeys;
import dev.holdfast.pki.TrustWorld;
import dev.holdfast.pki.token.Pkcs11Keys;
import dev.holdfast.server.setting.WorldDomain;
import dev.holdfast.tls.policy.NamedPolicies;
import dev.holdfast.wire.client.Networks;
import java.net.InetAddress;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What the operator decides for one run of the server; {@link Settings} says what each part means and where it comes from.
 *
 * @param domain in lower case; the hubs are named below it
 * @param moreDomains each in a trust world; the hubs have names below them, too
 * @param tokens where server keys may be besides files
 * @param bind an address to listen on besides loopback, or null for loopback alone
 * @param readyFile written besides the one in the data directory, or null
 * @param limits for everything but what a socket may do on its way in, which each listener has of its own
 * @param throttles of hubs that say nothing themselves
 * @param policies the TLS policies for who names no hub
 * @param outgoing networks besides the public ones to which requests of our own may go
 * @param metrics where metrics and health checks are answered, or null for nowhere
 * @param faultInjection whether faults may be brought about on purpose
 */
record Config(
        Path data,
        String domain,
        List<WorldDomain> moreDomains,
        Tokens tokens,
        CertificateFile certificate,
        @Nullable InetAddress bind,
        Ports ports,
        Arrivals arrivals,
        @Nullable Path readyFile,
        Limits limits,
        Map<Operation, Rate> throttles,
        Log log,
        @Nullable Metrics metrics,
        Policies policies,
        Acceleration acceleration,
        Networks outgoing,
        boolean faultInjection) {
    static final int HTTPS_PORT = 443;
    static final int HTTPS_FALLBACK_PORT = 8443;
    static final int MQTT_PORT = 8883;
    static final int AMQP_PORT = 5671;
    static final int METRICS_PORT = 9464;

    /**
     * Ports to listen on; 0 takes any free one.
     *
     * @param https null for 443 where it can be had and 8443 where not
     */
    record Ports(@Nullable Integer https, int mqtt, int amqp) {}

    /** A server's certificate that another program renews: the chain, and its key; both or none. */
    record CertificateFile(@Nullable Path chain, @Nullable Path key) {
        static CertificateFile none() {
            return new CertificateFile(null, null);
        }
    }

    /** PKCS#11: the library, and the file with the PIN of its tokens; both or none. */
    record Tokens(@Nullable Path library, @Nullable Path pinFile) {
        static Tokens none() {
            return new Tokens(null, null);
        }

        TokenKeys keys() {
            return library == null || pinFile == null ? TokenKeys.none() : new Pkcs11Keys(library, pinFile);
        }
    }

    /** The one for connection strings first. */
    List<String> domains() {
        return Stream.concat(Stream.of(domain), moreDomains.stream().map(WorldDomain::domain))
                .toList();
    }

    /** The default one first. */
    List<TrustWorld> worlds() {
        Map<String, List<String>> byName = new LinkedHashMap<>();
        byName.computeIfAbsent(TrustWorld.DEFAULT, _ -> new ArrayList<>()).add(domain);
        moreDomains.forEach(each ->
                byName.computeIfAbsent(each.world(), _ -> new ArrayList<>()).add(each.domain()));
        return byName.entrySet().stream()
                .map(each -> new TrustWorld(each.getKey(), each.getValue()))
                .toList();
    }

    /** What a socket may do on its way in, by the listener that it came to. */
    record Arrivals(Limits.Arrival mqtt, Limits.Arrival amqp, Limits.Arrival https) {
        static Arrivals same(Limits.Arrival all) {
            return new Arrivals(all, all, all);
        }
    }

    /**
     * TLS policies by name.
     *
     * @param byDefault of hubs that were given none
     * @param mqtt and the others: for clients of that listener that name no host of ours; null for the default
     */
    record Policies(
            String byDefault,
            @Nullable String mqtt,
            @Nullable String amqp,
            @Nullable String https) {
        static Policies standard() {
            return new Policies(NamedPolicies.DEFAULT, null, null, null);
        }

        Set<String> names() {
            return Stream.of(byDefault, mqtt, amqp, https)
                    .filter(Objects::nonNull)
                    .collect(Collectors.toSet());
        }
    }

    record Log(LogFormat format, LogLevel level) {}

    /** The plain listener for metrics and health checks; port 0 takes any free one. */
    record Metrics(InetAddress address, int port) {}
}
