package dev.holdfast.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.holdfast.base.Limits;
import dev.holdfast.hub.throttle.Operation;
import dev.holdfast.hub.throttle.Rate;
import dev.holdfast.pki.TrustWorld;
import dev.holdfast.server.setting.Environment;
import dev.holdfast.server.setting.Given;
import dev.holdfast.server.setting.Origin;
import dev.holdfast.server.setting.Setting;
import dev.holdfast.server.setting.SettingsFile;
import dev.holdfast.server.setting.SettingsPage;
import dev.holdfast.server.setting.Values;
import dev.holdfast.server.setting.WorldDomain;
import dev.holdfast.wire.client.Networks;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Every setting by its name: the defaults, that each one reaches the configuration, and that it can be written and read. */
final class SettingsTest {
    @TempDir
    Path directory;

    /** Each setting with a value that is not its default. One that is missing here fails a test. */
    private static final Map<String, String> OTHERS = new LinkedHashMap<>(Map.ofEntries(
            Map.entry("data", "/srv/data"),
            Map.entry("domain", "iot.example"),
            Map.entry("bind", "0.0.0.0"),
            Map.entry("readyFile", "/run/ready.json"),
            Map.entry("faultInjection", "on"),
            Map.entry("listeners.mqtt.port", "18883"),
            Map.entry("listeners.mqtt.clientHelloMaxBytes", "16KB"),
            Map.entry("listeners.mqtt.handshakeMaxTime", "1m"),
            Map.entry("listeners.mqtt.firstPacketMaxTime", "2m"),
            Map.entry("listeners.amqp.port", "15671"),
            Map.entry("listeners.amqp.clientHelloMaxBytes", "17KB"),
            Map.entry("listeners.amqp.handshakeMaxTime", "3s"),
            Map.entry("listeners.amqp.firstPacketMaxTime", "4s"),
            Map.entry("listeners.https.port", "10443"),
            Map.entry("listeners.https.clientHelloMaxBytes", "18KB"),
            Map.entry("listeners.https.handshakeMaxTime", "5s"),
            Map.entry("listeners.https.firstPacketMaxTime", "6500ms"),
            Map.entry("sockets.openMax", "5000"),
            Map.entry("sockets.perAddressMax", "70"),
            Map.entry("limits.messageMaxBytes", "8KB"),
            Map.entry("limits.tokenMaxSkew", "30s"),
            Map.entry("limits.keepAliveMaxTime", "10m"),
            Map.entry("limits.publishesInFlightMax", "16"),
            Map.entry("limits.publishBytesInFlightMax", "2MB"),
            Map.entry("limits.pendingMaxBytes", "32MB"),
            Map.entry("limits.hubsMax", "3"),
            Map.entry("limits.stopMaxTime", "20s"),
            Map.entry("twins.tagsMaxBytes", "4KB"),
            Map.entry("twins.desiredMaxBytes", "5KB"),
            Map.entry("twins.reportedMaxBytes", "6KB"),
            Map.entry("methods.openMax", "70"),
            Map.entry("methods.perDeviceMax", "7"),
            Map.entry("methods.responseTime", "45s"),
            Map.entry("messages.perDeviceMax", "60"),
            Map.entry("messages.perHubMax", "6000"),
            Map.entry("messages.abandonedMax", "3"),
            Map.entry("messages.expiryTime", "2h"),
            Map.entry("messages.lockTime", "30s"),
            Map.entry("messages.feedbackKeptTime", "90m"),
            Map.entry("throttles.registry", "1/second:90"),
            Map.entry("throttles.connect", "2/minute:91"),
            Map.entry("throttles.telemetry", "3/second:92"),
            Map.entry("throttles.messageSend", "4/minute:93"),
            Map.entry("throttles.messageReceive", "5/second:94"),
            Map.entry("throttles.method", "6/minute:95"),
            Map.entry("throttles.twinRead", "7/second:96"),
            Map.entry("throttles.twinWrite", "8/minute:97"),
            Map.entry("log.format", "json"),
            Map.entry("log.level", "debug"),
            Map.entry("metrics.address", "127.0.0.2"),
            Map.entry("metrics.port", "19464"),
            Map.entry("revocation.listEvery", "7m"),
            Map.entry("revocation.answerMaxAge", "90s"),
            Map.entry("insight.reportsMax", "500"),
            Map.entry("insight.reportMaxAge", "48h"),
            Map.entry("insight.deviceMaxAge", "240h"),
            Map.entry("outgoing.allowedNetworks", "10.0.0.0/8, fd00:0:0:0:0:0:0:0/8"),
            Map.entry("tls.policy", "modern"),
            Map.entry("tls.acceleration", "off"),
            Map.entry("domains", "eu.example, cn.example=china"),
            Map.entry("certificate.chainFile", "/etc/holdfast/chain.pem"),
            Map.entry("certificate.keyFile", "/etc/holdfast/key.pem"),
            Map.entry("pkcs11.library", "/usr/lib/token.so"),
            Map.entry("pkcs11.pinFile", "/etc/holdfast/pin"),
            Map.entry("listeners.mqtt.policy", "hub-2021-legacy"),
            Map.entry("listeners.amqp.policy", "hub-2021-strict"),
            Map.entry("listeners.https.policy", "hub-2025")));

    private static Config others() {
        Limits usual = Limits.defaults();
        return new Config(
                Path.of("/srv/data"),
                "iot.example",
                List.of(new WorldDomain("eu.example", "default"), new WorldDomain("cn.example", "china")),
                new Config.Tokens(Path.of("/usr/lib/token.so"), Path.of("/etc/holdfast/pin")),
                new Config.CertificateFile(Path.of("/etc/holdfast/chain.pem"), Path.of("/etc/holdfast/key.pem")),
                InetAddress.ofLiteral("0.0.0.0"),
                new Config.Ports(10443, 18883, 15671),
                new Config.Arrivals(
                        new Limits.Arrival(16 * 1024, Duration.ofMinutes(1), Duration.ofMinutes(2)),
                        new Limits.Arrival(17 * 1024, Duration.ofSeconds(3), Duration.ofSeconds(4)),
                        new Limits.Arrival(18 * 1024, Duration.ofSeconds(5), Duration.ofMillis(6500))),
                Path.of("/run/ready.json"),
                new Limits(
                        new Limits.Sockets(
                                5000,
                                70,
                                usual.sockets().toldMax(),
                                usual.sockets().toldEvery()),
                        usual.arrival(),
                        usual.tls(),
                        usual.certificates(),
                        new Limits.Revocation(
                                usual.revocation().listMaxBytes(),
                                usual.revocation().listMaxEntries(),
                                usual.revocation().listsMaxBytes(),
                                usual.revocation().clockMaxSkew(),
                                Duration.ofMinutes(7),
                                Duration.ofSeconds(90),
                                usual.revocation().answerMaxBytes(),
                                usual.revocation().answersMax(),
                                usual.revocation().questionsMax(),
                                usual.revocation().answerMaxTime()),
                        new Limits.Mqtt(
                                usual.mqtt().connectMaxBytes(),
                                usual.mqtt().packetMaxBytes(),
                                Duration.ofMinutes(10),
                                usual.mqtt().subscriptionsMax(),
                                16,
                                2 * 1024 * 1024,
                                usual.mqtt().deliveryBytesMax(),
                                usual.mqtt().deliveriesUnacknowledgedMax()),
                        usual.amqp(),
                        usual.http(),
                        usual.webSocket(),
                        new Limits.Telemetry(
                                8 * 1024,
                                usual.telemetry().propertiesMax(),
                                usual.telemetry().batchMaxMessages(),
                                Duration.ofSeconds(30),
                                32 * 1024 * 1024,
                                usual.telemetry().waitMaxTime(),
                                usual.telemetry().faults()),
                        usual.registry(),
                        new Limits.Twin(
                                4 * 1024,
                                5 * 1024,
                                6 * 1024,
                                usual.twin().keyMaxBytes(),
                                usual.twin().valueMaxBytes(),
                                usual.twin().depthMax(),
                                usual.twin().requestMaxBytes(),
                                usual.twin().workingMax()),
                        new Limits.Method(
                                usual.method().payloadMaxBytes(),
                                usual.method().nameMaxChars(),
                                usual.method().depthMax(),
                                70,
                                7,
                                usual.method().openPerDeviceMaxBytes(),
                                usual.method().connectMaxTime(),
                                usual.method().responseMinTime(),
                                usual.method().responseMaxTime(),
                                Duration.ofSeconds(45)),
                        new Limits.Message(
                                usual.message().maxBytes(),
                                usual.message().propertiesMax(),
                                60,
                                6000,
                                3,
                                Duration.ofHours(2),
                                usual.message().expiryMaxTime(),
                                Duration.ofSeconds(30),
                                usual.message().lockMinTime(),
                                usual.message().lockMaxTime(),
                                usual.message().inFlightMax(),
                                usual.message().lookEvery(),
                                new Limits.Feedback(
                                        usual.message().feedback().batchMax(),
                                        usual.message().feedback().batchTime(),
                                        Duration.ofMinutes(90),
                                        usual.message().feedback().lockTime(),
                                        usual.message().feedback().abandonedMax(),
                                        usual.message().feedback().recordsMax(),
                                        usual.message().feedback().batchesHeldMax())),
                        usual.storage(),
                        new Limits.Installation(
                                3,
                                usual.installation().retentionEvery(),
                                Duration.ofSeconds(20),
                                usual.installation().monitoring(),
                                usual.installation().refusalLines(),
                                usual.installation().backup()),
                        usual.client(),
                        new Limits.Insight(
                                500,
                                Duration.ofDays(2),
                                usual.insight().reportMaxBytes(),
                                usual.insight().queueMax(),
                                usual.insight().reports(),
                                usual.insight().pageMax(),
                                usual.insight().devicesMax(),
                                Duration.ofDays(10),
                                usual.insight().shapesMax(),
                                usual.insight().traces())),
                Map.of(
                        Operation.REGISTRY,
                        new Rate(1, Rate.Unit.SECOND, 90),
                        Operation.CONNECT,
                        new Rate(2, Rate.Unit.MINUTE, 91),
                        Operation.TELEMETRY,
                        new Rate(3, Rate.Unit.SECOND, 92),
                        Operation.MESSAGE_SEND,
                        new Rate(4, Rate.Unit.MINUTE, 93),
                        Operation.MESSAGE_RECEIVE,
                        new Rate(5, Rate.Unit.SECOND, 94),
                        Operation.METHOD,
                        new Rate(6, Rate.Unit.MINUTE, 95),
                        Operation.TWIN_READ,
                        new Rate(7, Rate.Unit.SECOND, 96),
                        Operation.TWIN_WRITE,
                        new Rate(8, Rate.Unit.MINUTE, 97)),
                new Config.Log(LogFormat.JSON, LogLevel.DEBUG),
                new Config.Metrics(InetAddress.ofLiteral("127.0.0.2"), 19464),
                new Config.Policies("modern", "hub-2021-legacy", "hub-2021-strict", "hub-2025"),
                Acceleration.OFF,
                Networks.parse("10.0.0.0/8,fd00::/8").orElseThrow(),
                true);
    }

    private static Values values(Map<String, Given> given) throws Exception {
        return Values.of(Settings.catalog(), List.of(given));
    }

    private static Map<String, Given> given(Map<String, String> texts) {
        return texts.entrySet().stream()
                .collect(Collectors.toMap(
                        Map.Entry::getKey, entry -> new Given(entry.getValue(), new Origin.Option("--test"))));
    }

    @Test
    void no_setting_is_forgotten_here() {
        assertThat(Settings.catalog().all().stream().map(Setting::path))
                .containsExactlyInAnyOrderElementsOf(OTHERS.keySet())
                .doesNotHaveDuplicates();
    }

    @Test
    void every_setting_reaches_the_configuration_from_the_file() throws Exception {
        String page = SettingsPage.of(values(given(OTHERS)));
        Path file = Files.writeString(directory.resolve("holdfast.yaml"), page);

        assertThat(Settings.config(values(SettingsFile.read(file, Settings.catalog()))))
                .isEqualTo(others());
    }

    @Test
    void every_setting_reaches_the_configuration_from_the_environment() throws Exception {
        Map<String, String> variables = Settings.catalog().all().stream()
                .collect(Collectors.toMap(Setting::variable, setting -> String.valueOf(OTHERS.get(setting.path()))));
        assertThat(variables).containsEntry("HOLDFAST_LISTENERS_MQTT_CLIENT_HELLO_MAX_BYTES", "16KB");

        Environment.Found found = Environment.read(variables, Settings.catalog());

        assertThat(found.unknown()).isEmpty();
        assertThat(Settings.config(values(found.byPath()))).isEqualTo(others());
    }

    @Test
    void each_setting_changes_something_by_itself() throws Exception {
        Config usual = Settings.config(values(Map.of()));
        for (Map.Entry<String, String> other : OTHERS.entrySet()) {
            assertThat(Settings.config(values(given(Map.of(other.getKey(), other.getValue())))))
                    .as(other.getKey())
                    .isNotEqualTo(usual);
        }
    }

    @Test
    void what_is_written_without_settings_reads_back_as_the_defaults() throws Exception {
        Path file = Files.writeString(directory.resolve("holdfast.yaml"), SettingsPage.of(values(Map.of())));
        assertThat(Settings.config(values(SettingsFile.read(file, Settings.catalog()))))
                .isEqualTo(Settings.config(values(Map.of())));
    }

    @Test
    void the_share_of_an_address_is_half_of_all_unless_it_is_set() throws Exception {
        assertThat(Settings.config(values(Map.of())).limits().sockets().perAddressMax())
                .isEqualTo(10_000)
                .isEqualTo(Limits.defaults().sockets().perAddressMax());
        assertThat(Settings.config(values(given(Map.of("sockets.openMax", "100"))))
                        .limits()
                        .sockets()
                        .perAddressMax())
                .isEqualTo(50);
    }

    @Test
    void the_message_size_is_that_of_azure_and_can_only_be_lowered() throws Exception {
        assertThat(Settings.config(values(Map.of())).limits().telemetry().messageMaxBytes())
                .isEqualTo(256 * 1024);
        assertThat(Settings.MESSAGE_MAX.kind().name()).contains("to 256KB");
    }

    @Test
    void domains_are_in_worlds_and_none_lies_below_another() throws Exception {
        Config config = Settings.config(
                values(given(Map.of("domain", "a.example", "domains", "B.example , c.example=china,d.example=china"))));
        assertThat(config.domains()).containsExactly("a.example", "b.example", "c.example", "d.example");
        assertThat(config.worlds())
                .containsExactly(
                        new TrustWorld("default", List.of("a.example", "b.example")),
                        new TrustWorld("china", List.of("c.example", "d.example")));

        for (String wrong : List.of("a.example", "x.a.example=china", "example", "b.test, b.test=china")) {
            Values values = values(given(Map.of("domain", "a.example", "domains", wrong)));
            assertThatThrownBy(() -> Settings.checkTogether(values))
                    .as(wrong)
                    .hasMessageContaining("no domain may be another one or lie below it");
        }
        Values here = values(given(Map.of("domain", "a.example", "domains", "localhost=china")));
        assertThatThrownBy(() -> Settings.checkTogether(here))
                .hasMessageContaining("this machine is in the default one");
        Settings.checkTogether(values(given(Map.of("domain", "a.example", "domains", "localhost"))));
        for (String wrong :
                List.of("", "b.example=", "b.example=CHINA", "=china", "b.example;c.example", "b.example,")) {
            assertThatThrownBy(() -> values(given(Map.of("domains", wrong))))
                    .as(wrong)
                    .isNotNull();
        }
    }

    @Test
    void a_library_for_tokens_needs_a_file_with_their_pin() throws Exception {
        Values values = values(given(Map.of("pkcs11.library", "/usr/lib/token.so")));
        assertThatThrownBy(() -> Settings.checkTogether(values)).hasMessageContaining("belong together");
    }
}
