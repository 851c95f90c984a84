package dev.holdfast.server;

import dev.holdfast.base.Limits;
import dev.holdfast.hub.HostNames;
import dev.holdfast.pki.TrustWorld;
import dev.holdfast.server.setting.Catalog;
import dev.holdfast.server.setting.Kind;
import dev.holdfast.server.setting.Setting;
import dev.holdfast.server.setting.Values;
import dev.holdfast.server.setting.WorldDomain;
import dev.holdfast.server.setting.WrongSettingException;
import dev.holdfast.tls.policy.NamedPolicies;
import dev.holdfast.wire.client.Networks;
import java.net.InetAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Every setting of {@code up}, with its default, and the {@link Config} that they make. The page docs/reference/configuration.md
 * is held against this list by a test.
 */
final class Settings {
    private static final Limits DEFAULTS = Limits.defaults();
    private static final int KB = 1024;
    private static final int MB = 1024 * KB;

    static final Setting<Path> DATA =
            Setting.of("data", Kind.path(), Path.of("data"), "The directory of everything kept.");
    static final Setting<String> DOMAIN =
            Setting.of("domain", Kind.domain(), HostNames.DEFAULT_DOMAIN, "The hubs are named HUB.DOMAIN.");
    static final Setting<List<WorldDomain>> DOMAINS = Setting.optional(
            "domains",
            Kind.domains(),
            "none",
            "More domains for the hubs' names, each with its trust world: 'eu.example, cn.example=china'.");
    static final Setting<InetAddress> BIND =
            Setting.optional("bind", Kind.address(), "loopback only", "An address to listen on besides loopback.");
    static final Setting<Path> READY_FILE = Setting.optional(
            "readyFile", Kind.path(), "none", "Where the ready file is written besides DATA/ready.json.");

    static final Setting<Boolean> FAULT_INJECTION = Setting.of(
            "faultInjection",
            Kind.onOff(),
            false,
            "Whether devices and operators may have connections broken and requests refused on purpose; for tests only.");

    static final Setting<Integer> MQTT_PORT =
            Setting.of("listeners.mqtt.port", Kind.port(), Config.MQTT_PORT, "The port for MQTT.");
    static final Arrival MQTT = new Arrival("mqtt");
    static final Setting<Integer> AMQP_PORT =
            Setting.of("listeners.amqp.port", Kind.port(), Config.AMQP_PORT, "The port for AMQP.");
    static final Arrival AMQP = new Arrival("amqp");
    static final Setting<Integer> HTTPS_PORT = Setting.optional(
            "listeners.https.port",
            Kind.port(),
            Config.HTTPS_PORT + ", or " + Config.HTTPS_FALLBACK_PORT + " where that can't be had",
            "The port for HTTPS.");
    static final Arrival HTTPS = new Arrival("https");

    static final Setting<String> TLS_POLICY = Setting.of(
            "tls.policy",
            Kind.policy(),
            NamedPolicies.DEFAULT,
            "The TLS policy of hubs that were given none; 'holdfast policy list' shows the names.");

    static final Setting<Acceleration> TLS_ACCELERATION = Setting.of(
            "tls.acceleration",
            Kind.word(Acceleration.class),
            Acceleration.AUTO,
            "Whether a native library computes under TLS, where there is one for the system.");
    static final Setting<Path> CHAIN_FILE = Setting.optional(
            "certificate.chainFile",
            Kind.path(),
            "none",
            "A chain for this server, PEM, leaf first; looked at every few seconds.");
    static final Setting<Path> KEY_FILE = Setting.optional(
            "certificate.keyFile", Kind.path(), "none", "Its private key, as 'cert server replace' takes it.");
    static final Setting<Path> PKCS11_LIBRARY =
            Setting.optional("pkcs11.library", Kind.path(), "none", "The PKCS#11 library of tokens with server keys.");
    static final Setting<Path> PKCS11_PIN_FILE = Setting.optional(
            "pkcs11.pinFile", Kind.path(), "none", "The file with the PIN of these tokens in its first line.");

    static final Setting<Integer> OPEN_MAX = Setting.of(
            "sockets.openMax",
            Kind.number(10, 1_000_000),
            DEFAULTS.sockets().openMax(),
            "Sockets open at once over all listeners.");
    static final Setting<Integer> PER_ADDRESS_MAX = Setting.optional(
            "sockets.perAddressMax",
            Kind.number(1, 1_000_000),
            "half of sockets.openMax",
            "Of these, from one IPv4 address or one /64 network of IPv6.");

    static final Setting<Integer> MESSAGE_MAX = Setting.of(
            "limits.messageMaxBytes",
            Kind.size(KB, DEFAULTS.telemetry().messageMaxBytes()),
            DEFAULTS.telemetry().messageMaxBytes(),
            "A telemetry message, body and properties.");
    static final Setting<Duration> TOKEN_MAX_SKEW = Setting.of(
            "limits.tokenMaxSkew",
            Kind.duration(Duration.ZERO, Duration.ofHours(1)),
            DEFAULTS.telemetry().tokenMaxSkew(),
            "How far the clocks of a device and the server may differ when a token is judged.");
    static final Setting<Duration> KEEP_ALIVE_MAX = Setting.of(
            "limits.keepAliveMaxTime",
            Kind.duration(Duration.ofSeconds(10), Duration.ofHours(12)),
            DEFAULTS.mqtt().keepAliveMaxTime(),
            "The longest silence of an MQTT client, whatever it asked for.");
    static final Setting<Integer> PUBLISHES_IN_FLIGHT_MAX = Setting.of(
            "limits.publishesInFlightMax",
            Kind.number(1, 10_000),
            DEFAULTS.mqtt().publishesInFlightMax(),
            "Messages of one connection that are not on disk yet; beyond it its socket is not read.");
    static final Setting<Integer> PUBLISH_BYTES_IN_FLIGHT_MAX = Setting.of(
            "limits.publishBytesInFlightMax",
            Kind.size(64 * KB, 64 * MB),
            DEFAULTS.mqtt().publishBytesInFlightMax(),
            "The same in bytes.");
    static final Setting<Integer> PENDING_MAX = Setting.of(
            "limits.pendingMaxBytes",
            Kind.size(MB, 512 * MB),
            DEFAULTS.telemetry().pendingMaxBytes(),
            "Messages of one hub that are not on disk yet; beyond it its devices are not read.");
    static final Setting<Integer> HUBS_MAX = Setting.of(
            "limits.hubsMax", Kind.number(1, 1000), DEFAULTS.installation().hubsMax(), "Hubs of the installation.");
    static final Setting<Duration> STOP_MAX_TIME = Setting.of(
            "limits.stopMaxTime",
            Kind.duration(Duration.ofSeconds(1), Duration.ofMinutes(10)),
            DEFAULTS.installation().stopMaxTime(),
            "How long a clean end may take before the process ends anyway.");

    static final Setting<Duration> LIST_EVERY = Setting.of(
            "revocation.listEvery",
            Kind.duration(Duration.ofSeconds(1), Duration.ofHours(24)),
            DEFAULTS.revocation().listEvery(),
            "A revocation list is fetched again after this time, or earlier where the next one is due.");
    static final Setting<Duration> ANSWER_MAX_AGE = Setting.of(
            "revocation.answerMaxAge",
            Kind.duration(Duration.ofSeconds(1), Duration.ofHours(24)),
            DEFAULTS.revocation().answerMaxAge(),
            "An OCSP answer counts no longer than this, whatever it says itself.");
    static final Setting<Integer> REPORTS_MAX = Setting.of(
            "insight.reportsMax",
            Kind.number(1, 1_000_000),
            DEFAULTS.insight().reportsMax(),
            "Reports of refused connections that are kept, of some kilobytes each; the oldest go first.");
    static final Setting<Duration> REPORT_MAX_AGE = Setting.of(
            "insight.reportMaxAge",
            Kind.duration(Duration.ofMinutes(1), Duration.ofDays(3650)),
            DEFAULTS.insight().reportMaxAge(),
            "How long a report is kept.");
    static final Setting<Duration> DEVICE_MAX_AGE = Setting.of(
            "insight.deviceMaxAge",
            Kind.duration(Duration.ofMinutes(1), Duration.ofDays(3650)),
            DEFAULTS.insight().deviceMaxAge(),
            "How long it is kept in which way a device connected last.");
    static final Setting<Networks> ALLOWED_NETWORKS = Setting.of(
            "outgoing.allowedNetworks",
            Kind.networks(),
            Networks.NONE,
            "Networks besides the public ones in which revocation lists and OCSP responders may be.");

    static final Setting<LogFormat> LOG_FORMAT =
            Setting.of("log.format", Kind.word(LogFormat.class), LogFormat.TEXT, "How a line of the log is written.");
    static final Setting<LogLevel> LOG_LEVEL = Setting.of(
            "log.level", Kind.word(LogLevel.class), LogLevel.INFO, "The least important lines that are logged.");

    static final Setting<InetAddress> METRICS_ADDRESS = Setting.of(
            "metrics.address",
            Kind.address(),
            InetAddress.ofLiteral("127.0.0.1"),
            "The address on which metrics and health are served.");
    /** Stands for: no such listener. */
    private static final int OFF = -1;

    static final Setting<Integer> METRICS_PORT = Setting.of(
            "metrics.port", Kind.portOr("off", OFF), Config.METRICS_PORT, "The port for metrics and health.");

    /** What a socket of one listener may do on its way in. */
    record Arrival(
            Setting<Integer> clientHelloMax,
            Setting<Duration> handshakeMax,
            Setting<Duration> firstPacketMax,
            Setting<String> policy) {
        private static final Duration LONGEST = Duration.ofMinutes(10);

        private Arrival(String listener) {
            this(
                    Setting.of(
                            "listeners." + listener + ".clientHelloMaxBytes",
                            Kind.size(KB, DEFAULTS.arrival().clientHelloMaxBytes()),
                            DEFAULTS.arrival().clientHelloMaxBytes(),
                            "The first message of a TLS handshake."),
                    Setting.of(
                            "listeners." + listener + ".handshakeMaxTime",
                            Kind.duration(Duration.ofMillis(500), LONGEST),
                            DEFAULTS.arrival().handshakeMaxTime(),
                            "From accept to the end of the TLS handshake."),
                    Setting.of(
                            "listeners." + listener + ".firstPacketMaxTime",
                            Kind.duration(Duration.ofMillis(500), LONGEST),
                            DEFAULTS.arrival().firstPacketMaxTime(),
                            "From there to the whole first packet: CONNECT, open, request head."),
                    Setting.optional(
                            "listeners." + listener + ".policy",
                            Kind.policy(),
                            listener.equals("https") ? "that of tls.policy" : "that of the first hub",
                            "The TLS policy for clients that name no hub in their handshake (no SNI)."));
        }

        private List<Setting<?>> all() {
            return List.of(clientHelloMax, handshakeMax, firstPacketMax, policy);
        }

        private Limits.Arrival limits(Values values) {
            return new Limits.Arrival(values.get(clientHelloMax), values.get(handshakeMax), values.get(firstPacketMax));
        }
    }

    private Settings() {}

    /** In the order in which people read them. */
    static Catalog catalog() {
        List<Setting<?>> all = new ArrayList<>(List.of(DATA, DOMAIN, DOMAINS, BIND, READY_FILE, FAULT_INJECTION));
        all.add(MQTT_PORT);
        all.addAll(MQTT.all());
        all.add(AMQP_PORT);
        all.addAll(AMQP.all());
        all.add(HTTPS_PORT);
        all.addAll(HTTPS.all());
        all.addAll(List.of(
                TLS_POLICY,
                TLS_ACCELERATION,
                CHAIN_FILE,
                KEY_FILE,
                PKCS11_LIBRARY,
                PKCS11_PIN_FILE,
                OPEN_MAX,
                PER_ADDRESS_MAX));
        all.addAll(List.of(
                MESSAGE_MAX,
                TOKEN_MAX_SKEW,
                KEEP_ALIVE_MAX,
                PUBLISHES_IN_FLIGHT_MAX,
                PUBLISH_BYTES_IN_FLIGHT_MAX,
                PENDING_MAX,
                HUBS_MAX,
                STOP_MAX_TIME));
        all.addAll(CommandSettings.all());
        all.addAll(ThrottleSettings.all());
        all.addAll(List.of(LIST_EVERY, ANSWER_MAX_AGE, REPORTS_MAX, REPORT_MAX_AGE, DEVICE_MAX_AGE, ALLOWED_NETWORKS));
        all.addAll(List.of(LOG_FORMAT, LOG_LEVEL, METRICS_ADDRESS, METRICS_PORT));
        return new Catalog(all);
    }

    /** What no setting shows by itself. */
    static void checkTogether(Values values) throws WrongSettingException {
        Integer perAddressMax = values.find(PER_ADDRESS_MAX);
        int openMax = values.get(OPEN_MAX);
        if (perAddressMax != null && perAddressMax > openMax) {
            throw values.wrong(
                    PER_ADDRESS_MAX,
                    PER_ADDRESS_MAX.path() + " is " + perAddressMax + ", and all addresses together have only "
                            + OPEN_MAX.path() + ", " + openMax + "; make it less, or leave it out for half of them.");
        }
        checkDomains(values);
        checkBoth(values, CHAIN_FILE, KEY_FILE);
        checkBoth(values, PKCS11_LIBRARY, PKCS11_PIN_FILE);
    }

    /** A name must not be in two domains: their certificates would both be good for it. */
    private static void checkDomains(Values values) throws WrongSettingException {
        List<String> all = new ArrayList<>(List.of(values.get(DOMAIN)));
        for (WorldDomain more : moreDomains(values)) {
            if (isIn("localhost", more.domain()) && !more.world().equals(TrustWorld.DEFAULT)) {
                throw values.wrong(
                        DOMAINS,
                        DOMAINS.path() + " has 'localhost' in the trust world '" + more.world()
                                + "': this machine is in the default one; take another domain.");
            }
            for (String before : all) {
                if (isIn(more.domain(), before) || isIn(before, more.domain())) {
                    throw values.wrong(
                            DOMAINS,
                            DOMAINS.path() + " has '" + more.domain() + "', and '" + before
                                    + "' is a domain of this installation already: no domain may be another one or lie below"
                                    + " it.");
                }
            }
            all.add(more.domain());
        }
    }

    private static boolean isIn(String domain, String other) {
        return domain.equals(other) || domain.endsWith("." + other);
    }

    private static List<WorldDomain> moreDomains(Values values) {
        List<WorldDomain> more = values.find(DOMAINS);
        return more == null ? List.of() : more;
    }

    private static void checkBoth(Values values, Setting<?> one, Setting<?> other) throws WrongSettingException {
        boolean hasOne = values.find(one) != null;
        if (hasOne != (values.find(other) != null)) {
            throw values.wrong(
                    hasOne ? one : other,
                    one.path() + " and " + other.path() + " belong together; set both, or none of them.");
        }
    }

    static Config config(Values values) {
        return new Config(
                values.get(DATA),
                values.get(DOMAIN),
                moreDomains(values),
                new Config.Tokens(values.find(PKCS11_LIBRARY), values.find(PKCS11_PIN_FILE)),
                new Config.CertificateFile(values.find(CHAIN_FILE), values.find(KEY_FILE)),
                values.find(BIND),
                new Config.Ports(values.find(HTTPS_PORT), values.get(MQTT_PORT), values.get(AMQP_PORT)),
                new Config.Arrivals(MQTT.limits(values), AMQP.limits(values), HTTPS.limits(values)),
                values.find(READY_FILE),
                limits(values),
                ThrottleSettings.rates(values),
                new Config.Log(values.get(LOG_FORMAT), values.get(LOG_LEVEL)),
                metrics(values),
                new Config.Policies(
                        values.get(TLS_POLICY),
                        values.find(MQTT.policy),
                        values.find(AMQP.policy),
                        values.find(HTTPS.policy)),
                values.get(TLS_ACCELERATION),
                values.get(ALLOWED_NETWORKS),
                values.get(FAULT_INJECTION));
    }

    private static Config.@Nullable Metrics metrics(Values values) {
        int port = values.get(METRICS_PORT);
        return port == OFF ? null : new Config.Metrics(values.get(METRICS_ADDRESS), port);
    }

    private static Limits limits(Values values) {
        return new Limits(
                sockets(values),
                DEFAULTS.arrival(),
                DEFAULTS.tls(),
                DEFAULTS.certificates(),
                revocation(values),
                mqtt(values),
                DEFAULTS.amqp(),
                DEFAULTS.http(),
                DEFAULTS.webSocket(),
                new Limits.Telemetry(
                        values.get(MESSAGE_MAX),
                        DEFAULTS.telemetry().propertiesMax(),
                        DEFAULTS.telemetry().batchMaxMessages(),
                        values.get(TOKEN_MAX_SKEW),
                        values.get(PENDING_MAX),
                        DEFAULTS.telemetry().waitMaxTime(),
                        DEFAULTS.telemetry().faults()),
                DEFAULTS.registry(),
                CommandSettings.twin(values),
                CommandSettings.method(values),
                CommandSettings.message(values),
                DEFAULTS.storage(),
                new Limits.Installation(
                        values.get(HUBS_MAX),
                        DEFAULTS.installation().retentionEvery(),
                        values.get(STOP_MAX_TIME),
                        DEFAULTS.installation().monitoring(),
                        DEFAULTS.installation().refusalLines(),
                        DEFAULTS.installation().backup()),
                DEFAULTS.client(),
                insight(values));
    }

    private static Limits.Sockets sockets(Values values) {
        int openMax = values.get(OPEN_MAX);
        Integer perAddressMax = values.find(PER_ADDRESS_MAX);
        return new Limits.Sockets(
                openMax,
                perAddressMax == null ? openMax / 2 : perAddressMax,
                DEFAULTS.sockets().toldMax(),
                DEFAULTS.sockets().toldEvery());
    }

    private static Limits.Revocation revocation(Values values) {
        Limits.Revocation usual = DEFAULTS.revocation();
        return new Limits.Revocation(
                usual.listMaxBytes(),
                usual.listMaxEntries(),
                usual.listsMaxBytes(),
                usual.clockMaxSkew(),
                values.get(LIST_EVERY),
                values.get(ANSWER_MAX_AGE),
                usual.answerMaxBytes(),
                usual.answersMax(),
                usual.questionsMax(),
                usual.answerMaxTime());
    }

    private static Limits.Insight insight(Values values) {
        Limits.Insight usual = DEFAULTS.insight();
        return new Limits.Insight(
                values.get(REPORTS_MAX),
                values.get(REPORT_MAX_AGE),
                usual.reportMaxBytes(),
                usual.queueMax(),
                usual.reports(),
                usual.pageMax(),
                usual.devicesMax(),
                values.get(DEVICE_MAX_AGE),
                usual.shapesMax(),
                usual.traces());
    }

    private static Limits.Mqtt mqtt(Values values) {
        Limits.Mqtt usual = DEFAULTS.mqtt();
        return new Limits.Mqtt(
                usual.connectMaxBytes(),
                usual.packetMaxBytes(),
                values.get(KEEP_ALIVE_MAX),
                usual.subscriptionsMax(),
                values.get(PUBLISHES_IN_FLIGHT_MAX),
                values.get(PUBLISH_BYTES_IN_FLIGHT_MAX),
                usual.deliveryBytesMax(),
                usual.deliveriesUnacknowledgedMax());
    }
}
