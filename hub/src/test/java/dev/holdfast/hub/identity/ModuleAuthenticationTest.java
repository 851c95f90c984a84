package dev.holdfast.hub.identity;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.base.Commands;
import dev.holdfast.base.DeviceId;
import dev.holdfast.base.HubName;
import dev.holdfast.base.Limits;
import dev.holdfast.base.Live;
import dev.holdfast.base.ModuleId;
import dev.holdfast.hub.HubSettings;
import dev.holdfast.hub.NobodyAsked;
import dev.holdfast.testkit.TestClock;
import dev.holdfast.tls.peer.PeerIdentity;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What opens a module, and what of others does not. Certificates of authorities are in {@link ChainAuthenticationTest}. */
class ModuleAuthenticationTest {
    private static final String HOST = "hub1.hub.test";
    private static final Instant NOW = Instant.ofEpochSecond(1_800_000_000L);
    private static final String LATER = "1800003600";
    private static final PeerIdentity NOBODY = new PeerIdentity.Anonymous();

    private final SecureRandom random = new SecureRandom();
    private final TestClock clock = new TestClock(NOW);
    private final RepeatingTable table = new RepeatingTable();
    private final Registry registry = new Registry(
            table, new HubName("hub1"), clock, random, Limits.defaults().registry(), _ -> {});
    private final Live<HubSettings> settings = new Live<>(
            new HubSettings(new HubName("hub1"), HOST, 4, 1, SharedAccessPolicy.standard(random), List.of(), NOW));
    private final Authenticator authenticator = new Authenticator(
            settings,
            registry,
            new DeniedCertificates(
                    table, new HubName("hub1"), clock, Limits.defaults().certificates(), _ -> {}),
            NobodyAsked.in(table, new HubName("hub1"), clock),
            HOST::equals,
            clock,
            Limits.defaults());

    @BeforeEach
    void register() {
        for (String device : List.of("dev1", "dev2")) {
            registry.apply(new RegistryRequest.Create(DeviceSpec.of(new DeviceId(device), null)));
            module(device, "mod1", null);
            module(device, "mod10", null);
        }
    }

    private DeviceModule module(String device, String module, @Nullable Authentication authentication) {
        ModuleName name = new ModuleName(new DeviceId(device), new ModuleId(module));
        ModuleResult made = registry.modules().apply(new ModuleRequest.Create(ModuleSpec.of(name, authentication)));
        return ((ModuleResult.Done) made).module();
    }

    private SymmetricKeys keysOf(String identity) {
        Identity named = Identity.parse(identity).orElseThrow();
        Authentication authentication = named.moduleName()
                .map(name -> registry.modules().find(name).orElseThrow().authentication())
                .orElseGet(() -> registry.find(named.device()).orElseThrow().authentication());
        return ((Authentication.Sas) authentication).keys();
    }

    private DeviceAuthentication judge(String identity, @Nullable String token, PeerIdentity peer) {
        return authenticator.judgeDevice(
                new DeviceCredentials(Identity.parse(identity).orElseThrow(), token, peer));
    }

    private static String reason(DeviceAuthentication judged) {
        return switch (judged) {
            case DeviceAuthentication.Accepted _ -> "Accepted";
            case DeviceAuthentication.Refused(var refusal) -> {
                assertThat(AuthenticationExplanation.of(refusal, Commands.OF_NO_HUB))
                        .isNotEmpty();
                yield refusal.reason();
            }
        };
    }

    private String reason(String identity, String token) {
        return reason(judge(identity, token, NOBODY));
    }

    private static String sr(String path) {
        return HOST + path.replace("/", "%2F");
    }

    @Test
    void a_module_comes_in_by_either_of_its_own_keys() {
        String sr = sr("/devices/dev1/modules/mod1");
        SymmetricKeys keys = keysOf("dev1/mod1");
        for (SymmetricKey key : List.of(keys.primary(), keys.secondary())) {
            DeviceAuthentication judged = judge("dev1/mod1", Tokens.device(sr, LATER, key), NOBODY);
            assertThat(judged).isInstanceOf(DeviceAuthentication.Accepted.class);
            DeviceAuthentication.Accepted accepted = (DeviceAuthentication.Accepted) judged;
            assertThat(accepted.identity()).hasToString("dev1/mod1");
            assertThat(accepted.method()).isEqualTo(new AuthenticationMethod("module", "sas", "iothub"));
            assertThat(accepted.generation())
                    .isNotEqualTo(
                            registry.find(new DeviceId("dev1")).orElseThrow().generation());
            assertThat(accepted.proof()).isEqualTo(KeyProof.of(null, key));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"dev1", "dev1/mod10", "dev2/mod1", "dev2"})
    void no_other_key_opens_it_whatever_the_token_names(String other) {
        for (String path : List.of("/devices/dev1/modules/mod1", "/devices/dev1", "/devices", "")) {
            String token = Tokens.device(sr(path), LATER, keysOf(other).primary());
            assertThat(reason("dev1/mod1", token)).as(path).isEqualTo("TokenSignatureWrong");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"dev1", "dev1/mod10", "dev2/mod1", "dev2"})
    void its_key_opens_nobody_else(String other) {
        SymmetricKey key = keysOf("dev1/mod1").primary();
        assertThat(reason(other, Tokens.device(sr("/devices/dev1/modules/mod1"), LATER, key)))
                .isEqualTo("TokenForOtherResource");
        assertThat(reason(other, Tokens.device(HOST, LATER, key))).isEqualTo("TokenSignatureWrong");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/devices/dev1/modules/mod10",
                "/devices/dev1/modules/Mod1",
                "/devices/dev2/modules/mod1",
                "/devices/dev1/mod1",
                "/devices/dev1/modules/mod1/x"
            })
    void a_token_for_something_else_is_refused(String path) {
        String token = Tokens.device(sr(path), LATER, keysOf("dev1/mod1").primary());
        assertThat(reason("dev1/mod1", token)).isEqualTo("TokenForOtherResource");
    }

    @Test
    void a_policy_that_may_connect_devices_opens_modules_too() {
        SharedAccessPolicy device = settings.get().policy("device").orElseThrow();
        SharedAccessPolicy service = settings.get().policy("service").orElseThrow();
        DeviceAuthentication judged = judge("dev1/mod1", Tokens.policy(HOST, LATER, device), NOBODY);
        assertThat(((DeviceAuthentication.Accepted) judged).method())
                .isEqualTo(new AuthenticationMethod("hub", "sas", "iothub"));
        assertThat(reason("dev1/mod1", Tokens.policy(HOST, LATER, service))).isEqualTo("PolicyLacksRight");
        assertThat(reason("dev1/nobody", Tokens.policy(HOST, LATER, device))).isEqualTo("UnknownModule");
    }

    @Test
    void a_module_that_is_not_registered_is_told_by_its_own_sentence() {
        DeviceAuthentication judged = judge("dev1/nobody", null, NOBODY);
        assertThat(judged).isInstanceOf(DeviceAuthentication.Refused.class);
        String sentence =
                AuthenticationExplanation.of(((DeviceAuthentication.Refused) judged).refusal(), Commands.OF_NO_HUB);
        assertThat(sentence)
                .contains(
                        "Device 'dev1' has no module 'nobody'",
                        "'holdfast module create dev1/nobody --hub HUB'",
                        "ModuleId");
    }

    @Test
    void what_a_shell_would_obey_is_in_no_command() {
        DeviceAuthentication judged = judge("dev1/a$'b;c", null, NOBODY);
        String sentence =
                AuthenticationExplanation.of(((DeviceAuthentication.Refused) judged).refusal(), Commands.OF_NO_HUB);
        assertThat(sentence).contains("'holdfast module create DEVICE/MODULE --hub HUB'");
    }

    @Test
    void the_modules_of_a_disabled_device_are_out_once_they_proved_themselves() {
        registry.apply(new RegistryRequest.Replace(
                new DeviceSpec(new DeviceId("dev1"), false, "lost", null, false, null, List.of()),
                new Precondition.Exists()));
        String sr = sr("/devices/dev1/modules/mod1");
        assertThat(reason(
                        "dev1/mod1",
                        Tokens.device(sr, LATER, keysOf("dev1/mod1").primary())))
                .isEqualTo("DeviceDisabled");
        assertThat(reason("dev1/mod1", Tokens.device(sr, LATER, keysOf("dev1").primary())))
                .isEqualTo("TokenSignatureWrong");
    }

    @Test
    void a_thumbprint_opens_the_module_that_it_is_registered_for() {
        Certificates.Made own = Certificates.selfSigned("CN=any", NOW.minusSeconds(60), NOW.plusSeconds(60));
        Certificates.Made other = Certificates.selfSigned("CN=dev1/x", NOW.minusSeconds(60), NOW.plusSeconds(60));
        module("dev1", "x", new Authentication.SelfSigned(own.sha256(), null));
        DeviceAuthentication judged = judge("dev1/x", null, own.shown());
        assertThat(((DeviceAuthentication.Accepted) judged).method())
                .isEqualTo(new AuthenticationMethod("module", "x509", "external"));
        assertThat(reason(judge("dev1/mod1", null, own.shown()))).isEqualTo("CertificateNotAccepted");
        DeviceAuthentication refused = judge("dev1/x", null, other.shown());
        assertThat(reason(refused)).isEqualTo("ThumbprintMismatch");
        assertThat(AuthenticationExplanation.of(((DeviceAuthentication.Refused) refused).refusal(), Commands.OF_NO_HUB))
                .contains("'holdfast module set dev1/x --thumbprint " + other.sha256() + " --hub HUB'");
    }
}
