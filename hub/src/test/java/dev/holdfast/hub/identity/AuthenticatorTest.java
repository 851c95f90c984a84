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
import java.time.Duration;
import java.time.Instant;
import java.util.EnumSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Row by row what an attacker tries with tokens: each is refused, for its own reason. */
class AuthenticatorTest {
    private static final String HOST = "hub1.hub.test";
    private static final String DEV1_SR = HOST + "%2Fdevices%2Fdev1";
    private static final Instant NOW = Instant.ofEpochSecond(1_800_000_000L);
    private static final String LATER = "1800003600";

    private final SecureRandom random = new SecureRandom();
    private final TestClock clock = new TestClock(NOW);
    private final RepeatingTable table = new RepeatingTable();
    private final Registry registry = new Registry(
            table, new HubName("hub1"), clock, random, Limits.defaults().registry(), _ -> {});
    private final Live<HubSettings> settings = new Live<>(
            new HubSettings(new HubName("hub1"), HOST, 4, 1, SharedAccessPolicy.standard(random), List.of(), NOW));
    private final DeniedCertificates denied = new DeniedCertificates(
            table, new HubName("hub1"), clock, Limits.defaults().certificates(), _ -> {});
    private final Authenticator authenticator = new Authenticator(
            settings,
            registry,
            denied,
            NobodyAsked.in(table, new HubName("hub1"), clock),
            HOST::equals,
            clock,
            Limits.defaults());
    private final SymmetricKeys keys = new SymmetricKeys(SasTokenTest.KEY, SymmetricKey.random(random));

    @BeforeEach
    void registerDevices() {
        for (String id : List.of("dev1", "Dev1")) {
            register(id, true, id.equals("dev1") ? new Authentication.Sas(keys) : null);
        }
        for (String id : List.of("dev10", "dev", "dev%31", "50%", "api-version=1")) {
            register(id, true, null);
        }
    }

    private Device register(String id, boolean enabled, @Nullable Authentication authentication) {
        RegistryResult made = registry.apply(new RegistryRequest.Create(new DeviceSpec(
                new DeviceId(id), enabled, enabled ? "" : "stolen", authentication, false, null, List.of())));
        return ((RegistryResult.Done) made).device();
    }

    private SymmetricKeys keysOf(String id) {
        return ((Authentication.Sas)
                        registry.find(new DeviceId(id)).orElseThrow().authentication())
                .keys();
    }

    private SharedAccessPolicy policy(String name) {
        return settings.get().policy(name).orElseThrow();
    }

    private DeviceAuthentication judge(String id, @Nullable String password) {
        return judge(Identity.of(new DeviceId(id)), password, new PeerIdentity.Anonymous());
    }

    private DeviceAuthentication judge(Identity identity, @Nullable String password, PeerIdentity peer) {
        return authenticator.judgeDevice(new DeviceCredentials(identity, password, peer));
    }

    private static String reason(DeviceAuthentication judged) {
        return switch (judged) {
            case DeviceAuthentication.Accepted _ -> "Accepted";
            case DeviceAuthentication.Refused(var refusal) -> refusal.reason();
        };
    }

    private static String reason(ServiceAuthentication judged) {
        return switch (judged) {
            case ServiceAuthentication.Accepted _ -> "Accepted";
            case ServiceAuthentication.Refused(var refusal) -> refusal.reason();
        };
    }

    // --- who comes in

    @ParameterizedTest
    @ValueSource(strings = {SasTokenTest.NODE, SasTokenTest.JAVA, SasTokenTest.C})
    void theTokensOfOfficialClientsOpenTheirDevice(String token) {
        DeviceAuthentication judged = judge("dev1", token);
        assertThat(judged).isInstanceOf(DeviceAuthentication.Accepted.class);
        DeviceAuthentication.Accepted accepted = (DeviceAuthentication.Accepted) judged;
        assertThat(accepted.method()).isEqualTo(new AuthenticationMethod("device", "sas", "iothub"));
        assertThat(accepted.until())
                .isEqualTo(Instant.ofEpochSecond(1_800_000_088L).plus(Duration.ofMinutes(5)));
        assertThat(accepted.generation())
                .isEqualTo(registry.find(new DeviceId("dev1")).orElseThrow().generation());
    }

    @Test
    void eitherKeyOpensAndAReplacedOneDoesNot() {
        String primary = Tokens.device(DEV1_SR, LATER, keys.primary());
        String secondary = Tokens.device(DEV1_SR, LATER, keys.secondary());
        assertThat(reason(judge("dev1", primary))).isEqualTo("Accepted");
        assertThat(reason(judge("dev1", secondary))).isEqualTo("Accepted");
        SymmetricKeys rotated = new SymmetricKeys(keys.secondary(), SymmetricKey.random(random));
        registry.apply(new RegistryRequest.Replace(
                DeviceSpec.of(new DeviceId("dev1"), new Authentication.Sas(rotated)), new Precondition.Exists()));
        assertThat(reason(judge("dev1", primary))).isEqualTo("TokenSignatureWrong");
        assertThat(reason(judge("dev1", secondary))).isEqualTo("Accepted");
    }

    @Test
    void aTokenDiesWithItsDevice() {
        String token = Tokens.device(DEV1_SR, LATER, keys.primary());
        registry.apply(new RegistryRequest.Delete(new DeviceId("dev1"), new Precondition.Exists()));
        assertThat(reason(judge("dev1", token))).isEqualTo("UnknownDevice");
        register("dev1", true, null);
        assertThat(reason(judge("dev1", token))).isEqualTo("TokenSignatureWrong");
    }

    @Test
    void aPolicyWithDeviceConnectOpensEveryDevice() {
        String token = Tokens.policy(HOST, LATER, policy("device"));
        for (String id : List.of("dev1", "dev10", "Dev1")) {
            DeviceAuthentication judged = judge(id, token);
            assertThat(judged).isInstanceOf(DeviceAuthentication.Accepted.class);
            assertThat(((DeviceAuthentication.Accepted) judged).method())
                    .isEqualTo(new AuthenticationMethod("hub", "sas", "iothub"));
        }
        assertThat(reason(judge("unknown", token))).isEqualTo("UnknownDevice");
    }

    @ParameterizedTest
    @ValueSource(strings = {"service", "registryRead", "registryReadWrite"})
    void aPolicyWithoutDeviceConnectOpensNone(String name) {
        assertThat(reason(judge("dev1", Tokens.policy(HOST, LATER, policy(name)))))
                .isEqualTo("PolicyLacksRight");
    }

    // --- time

    @Test
    void aTokenIsGoodUntilItsEndAndFiveMinutesMore() {
        for (String se : List.of("1800000000", "1799999700")) {
            assertThat(reason(judge("dev1", Tokens.device(DEV1_SR, se, keys.primary()))))
                    .isEqualTo("Accepted");
        }
        for (String se : List.of("1799999699", "1", "0")) {
            assertThat(reason(judge("dev1", Tokens.device(DEV1_SR, se, keys.primary()))))
                    .isEqualTo("TokenExpired");
        }
        clock.advance(Duration.ofHours(1).plus(Duration.ofMinutes(5)));
        String token = Tokens.device(DEV1_SR, LATER, keys.primary());
        assertThat(reason(judge("dev1", token))).isEqualTo("Accepted");
        clock.advance(Duration.ofMillis(1));
        assertThat(reason(judge("dev1", token))).isEqualTo("TokenExpired");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "9223372036854775808",
                "9223372036854775807",
                "-1",
                "1.8e9",
                "1800003600.5",
                "0x6b49d200",
                " 1800003600"
            })
    void anExpiryThatIsNoneOpensNothingHoweverItIsSigned(String se) {
        assertThat(reason(judge("dev1", Tokens.device(DEV1_SR, se, keys.primary()))))
                .isEqualTo("TokenMalformed");
    }

    @Test
    void aSecondExpiryOpensNothing() {
        String token = Tokens.device(DEV1_SR, "1", keys.primary());
        assertThat(reason(judge("dev1", token + "&se=" + LATER))).isEqualTo("TokenMalformed");
        assertThat(reason(judge("dev1", token.replace("&se=1", "&se=" + LATER + "&se=1"))))
                .isEqualTo("TokenMalformed");
    }

    // --- what for

    @ParameterizedTest
    @CsvSource({
        "hub1.hub.test%2Fdevices%2Fdev10,TokenForOtherResource",
        "hub1.hub.test%2Fdevices%2Fdev,TokenForOtherResource",
        "hub1.hub.test%2Fdevices%2FDev1,TokenForOtherResource",
        "hub1.hub.test%2Fdevices%2FDEV1,TokenForOtherResource",
        "hub1.hub.test%2Fdevices%2Fdev1%20,TokenForOtherResource",
        "hub1.hub.test%2Fdevices%2F%2A,TokenForOtherResource",
        "hub1.hub.test%2Ftwins%2Fdev1,TokenForOtherResource",
        "hub1.hub.test%2Fdevices%2Fdev1%2Fmodules%2Fm,TokenForOtherResource",
        "hub2.hub.test%2Fdevices%2Fdev1,TokenForOtherResource",
        "evil-hub1.hub.test%2Fdevices%2Fdev1,TokenForOtherResource",
        "hub1.hub.test.evil%2Fdevices%2Fdev1,TokenForOtherResource",
        "hub1.hub.test%252Fdevices%252Fdev1,TokenForOtherResource",
        "user@hub1.hub.test%2Fdevices%2Fdev1,TokenForOtherResource",
        "evil%2F..%2Fhub1.hub.test%2Fdevices%2Fdev1,TokenForOtherResource",
        "%2Fdevices%2Fdev1,TokenMalformed",
        "hub1.hub.test%2Fdevices%2Fdev1%2F,Accepted",
        "HUB1.hub.test%2Fdevices%2Fdev1,Accepted",
        "hub1.hub.test%2FDevices%2Fdev1,Accepted",
        "hub1.hub.test%2Fdevices,Accepted",
        "hub1.hub.test,Accepted",
        "hub1.hub.test%3A8883%2Fdevices%2Fdev1,Accepted",
    })
    void aTokenOpensWhatItNames(String sr, String reason) {
        assertThat(reason(judge("dev1", Tokens.device(sr, LATER, keys.primary()))))
                .isEqualTo(reason);
    }

    @Test
    void theKeyOfOneDeviceOpensNoOtherWhateverItNames() {
        for (String sr :
                List.of(HOST, HOST + "%2Fdevices", DEV1_SR, HOST + "/devices/dev1", HOST + "%2Fdevices%2Fdev10")) {
            assertThat(reason(judge(
                            "dev1", Tokens.device(sr, LATER, keysOf("dev10").primary()))))
                    .as(sr)
                    .isIn("TokenSignatureWrong", "TokenForOtherResource");
        }
    }

    @Test
    void thePolicyTokenOfOneDeviceOpensNoOther() {
        SharedAccessPolicy device = policy("device");
        // Encoded slashes once made the whole resource pass for a host without a path, which covered every device.
        for (String sr : List.of(HOST + "%2Fdevices%2Fdev10", HOST + "/devices/dev10", HOST + "%2fdevices/dev10")) {
            String token = Tokens.policy(sr, LATER, device);
            assertThat(reason(judge("dev10", token))).as(sr).isEqualTo("Accepted");
            assertThat(reason(judge("dev1", token))).as(sr).isEqualTo("TokenForOtherResource");
        }
        // A device may be called like the ending that very old clients add.
        for (String sr : List.of(HOST + "%2Fdevices%2Fapi-version%3D1", HOST + "/devices/api-version=1")) {
            String token = Tokens.policy(sr, LATER, device);
            assertThat(reason(judge("api-version=1", token))).isEqualTo("Accepted");
            assertThat(reason(judge("dev1", token))).as(sr).isEqualTo("TokenForOtherResource");
        }
        String percent = Tokens.policy(HOST + "%2Fdevices%2Fdev%2531", LATER, device);
        assertThat(reason(judge("dev%31", percent))).isEqualTo("Accepted");
        assertThat(reason(judge("dev1", percent))).isEqualTo("TokenForOtherResource");
    }

    @Test
    void anIdWithAPercentSignIsOpenedByClientsThatDoNotEncode() {
        for (String id : List.of("dev%31", "50%")) {
            assertThat(reason(judge(
                            id,
                            Tokens.device(
                                    HOST + "/devices/" + id, LATER, keysOf(id).primary()))))
                    .as(id)
                    .isEqualTo("Accepted");
        }
    }

    // --- by whom

    @Test
    void thePolicyThatIsNamedMustHaveSigned() {
        SharedAccessPolicy device = policy("device");
        SymmetricKey ownerKey = policy("iothubowner").keys().primary();
        assertThat(reason(judge("dev1", Tokens.policy(HOST, LATER, "device", ownerKey))))
                .isEqualTo("PolicySignatureWrong");
        assertThat(reason(judge(
                        "dev1",
                        Tokens.policy(HOST, LATER, "Device", device.keys().primary()))))
                .isEqualTo("UnknownPolicy");
        assertThat(reason(judge(
                        "dev1",
                        Tokens.policy(HOST, LATER, "nobody", device.keys().primary()))))
                .isEqualTo("UnknownPolicy");
        assertThat(reason(judge("dev1", Tokens.policy(HOST, LATER, "device", keys.primary()))))
                .isEqualTo("PolicySignatureWrong");
        assertThat(reason(judge("dev1", Tokens.device(HOST, LATER, device.keys().primary()))))
                .isEqualTo("TokenSignatureWrong");
        assertThat(reason(judge(
                        "dev1",
                        Tokens.policy(HOST, LATER, "device", device.keys().secondary()))))
                .isEqualTo("Accepted");
    }

    @ParameterizedTest
    @ValueSource(strings = {"HmacSHA1", "HmacSHA512"})
    void anotherHashIsNoSignature(String algorithm) {
        String token = "SharedAccessSignature sr=" + DEV1_SR + "&se=" + LATER + "&sig="
                + Tokens.signature(algorithm, DEV1_SR, LATER, keys.primary());
        assertThat(reason(judge("dev1", token))).isEqualTo("TokenSignatureWrong");
    }

    @ParameterizedTest
    @CsvSource({"'',NoCredentials", "password,TokenMalformed", "SharedAccessSignature,TokenMalformed"})
    void noTokenOpensNothing(String password, String reason) {
        assertThat(reason(judge("dev1", password))).isEqualTo(reason);
        assertThat(reason(judge("dev1", null))).isEqualTo("NoCredentials");
    }

    @Test
    void onlyWhoProvedToBeTheDeviceLearnsThatItIsDisabled() {
        Device off = register("off", false, null);
        SymmetricKeys its = ((Authentication.Sas) off.authentication()).keys();
        String sr = HOST + "%2Fdevices%2Foff";
        assertThat(reason(judge("off", Tokens.device(sr, LATER, its.primary()))))
                .isEqualTo("DeviceDisabled");
        assertThat(reason(judge("off", Tokens.policy(HOST, LATER, policy("device")))))
                .isEqualTo("DeviceDisabled");
        assertThat(reason(judge("off", Tokens.device(sr, LATER, keys.primary()))))
                .isEqualTo("TokenSignatureWrong");
        assertThat(reason(judge("off", null))).isEqualTo("NoCredentials");
    }

    @Test
    void aDeviceWithoutKeysIsOpenedByAPolicyOnly() {
        register("certified", true, new Authentication.CertificateAuthority());
        register("none", true, new Authentication.None());
        for (String id : List.of("certified", "none")) {
            String own = Tokens.device(HOST + "%2Fdevices%2F" + id, LATER, keys.primary());
            assertThat(reason(judge(id, own))).isEqualTo("TokenNotAccepted");
            assertThat(reason(judge(id, Tokens.policy(HOST, LATER, policy("device")))))
                    .isEqualTo("Accepted");
        }
    }

    @Test
    void aModuleThatIsNotRegisteredIsUnknown() {
        Identity module = new Identity(new DeviceId("dev1"), new ModuleId("m"));
        String token = Tokens.device(DEV1_SR, LATER, keys.primary());
        assertThat(reason(judge(module, token, new PeerIdentity.Anonymous()))).isEqualTo("UnknownModule");
        Identity ofNobody = new Identity(new DeviceId("nobody"), new ModuleId("m"));
        assertThat(reason(judge(ofNobody, token, new PeerIdentity.Anonymous()))).isEqualTo("UnknownDevice");
    }

    // --- certificates

    @Test
    void aRegisteredCertificateOpensByEitherThumbprintOfEitherKind() {
        Certificates.Made certificate = Certificates.selfSigned("CN=dev2", NOW.minusSeconds(60), NOW.plusSeconds(60));
        Thumbprint other = new Thumbprint("0".repeat(64));
        List<Authentication> registrations = List.of(
                new Authentication.SelfSigned(certificate.sha1(), null),
                new Authentication.SelfSigned(null, certificate.sha1()),
                new Authentication.SelfSigned(certificate.sha256(), other),
                new Authentication.SelfSigned(other, certificate.sha256()));
        for (int i = 0; i < registrations.size(); i++) {
            register("x" + i, true, registrations.get(i));
            DeviceAuthentication judged = judge(Identity.of(new DeviceId("x" + i)), null, certificate.shown());
            assertThat(judged).isInstanceOf(DeviceAuthentication.Accepted.class);
            assertThat(((DeviceAuthentication.Accepted) judged).method())
                    .isEqualTo(new AuthenticationMethod("device", "x509", "external"));
            assertThat(((DeviceAuthentication.Accepted) judged).until()).isNull();
        }
    }

    @Test
    void otherCertificatesAreRefusedEachForItsReason() {
        Certificates.Made own = Certificates.selfSigned("CN=x", NOW.minusSeconds(60), NOW.plusSeconds(60));
        Certificates.Made sameName = Certificates.selfSigned("CN=x", NOW.minusSeconds(60), NOW.plusSeconds(60));
        register("x", true, new Authentication.SelfSigned(own.sha256(), null));
        register("ca", true, new Authentication.CertificateAuthority());
        register("none", true, new Authentication.None());
        Identity x = Identity.of(new DeviceId("x"));
        assertThat(reason(judge(x, null, sameName.shown()))).isEqualTo("ThumbprintMismatch");
        assertThat(reason(judge(x, "", own.shown()))).isEqualTo("Accepted");
        assertThat(reason(judge(x, "rubbish", own.shown()))).isEqualTo("TokenMalformed");
        assertThat(reason(judge(Identity.of(new DeviceId("ca")), null, own.shown())))
                .isEqualTo("NoAuthorityRegistered");
        assertThat(reason(judge(Identity.of(new DeviceId("none")), null, own.shown())))
                .isEqualTo("CertificateNotAccepted");
        assertThat(reason(judge(Identity.of(new DeviceId("dev1")), null, own.shown())))
                .isEqualTo("CertificateNotAccepted");
        assertThat(reason(judge(Identity.of(new DeviceId("unknown")), null, own.shown())))
                .isEqualTo("UnknownDevice");
    }

    @Test
    void aCertificateIsGoodWithinItsTime() {
        Certificates.Made certificate = Certificates.selfSigned("CN=x", NOW, NOW.plusSeconds(60));
        register("x", true, new Authentication.SelfSigned(certificate.sha1(), null));
        Identity x = Identity.of(new DeviceId("x"));
        assertThat(reason(judge(x, null, certificate.shown()))).isEqualTo("Accepted");
        clock.set(NOW.minusSeconds(1));
        assertThat(reason(judge(x, null, certificate.shown()))).isEqualTo("CertificateNotValidNow");
        clock.set(NOW.plusSeconds(61));
        assertThat(reason(judge(x, null, certificate.shown()))).isEqualTo("CertificateNotValidNow");
    }

    // --- services

    @ParameterizedTest
    @EnumSource(AccessRight.class)
    void aPolicyDoesWhatItsRightsSayAndNothingElse(AccessRight right) {
        for (SharedAccessPolicy policy : settings.get().policies()) {
            ServiceAuthentication judged = authenticator.judgeService(
                    Tokens.policy(HOST, LATER, policy),
                    List.of("devices", "dev1"),
                    EnumSet.of(right),
                    Signing.KEY_BYTES);
            assertThat(reason(judged))
                    .as(policy.name())
                    .isEqualTo(policy.rights().contains(right) ? "Accepted" : "PolicyLacksRight");
        }
    }

    @Test
    void allRightsThatAreNeededMustBeThere() {
        Set<AccessRight> both = EnumSet.of(AccessRight.REGISTRY_READ, AccessRight.SERVICE_CONNECT);
        assertThat(reason(authenticator.judgeService(
                        Tokens.policy(HOST, LATER, policy("service")), List.of(), both, Signing.KEY_BYTES)))
                .isEqualTo("PolicyLacksRight");
        assertThat(reason(authenticator.judgeService(
                        Tokens.policy(HOST, LATER, policy("iothubowner")), List.of(), both, Signing.KEY_BYTES)))
                .isEqualTo("Accepted");
    }

    @Test
    void aServiceTokenOpensThePathItNamesAndBelow() {
        String token = Tokens.policy(DEV1_SR, LATER, policy("iothubowner"));
        Set<AccessRight> read = EnumSet.of(AccessRight.REGISTRY_READ);
        assertThat(reason(authenticator.judgeService(token, List.of("devices", "dev1"), read, Signing.KEY_BYTES)))
                .isEqualTo("Accepted");
        assertThat(reason(authenticator.judgeService(
                        token, List.of("devices", "dev1", "modules"), read, Signing.KEY_BYTES)))
                .isEqualTo("Accepted");
        for (List<String> path :
                List.of(List.<String>of(), List.of("devices"), List.of("devices", "dev10"), List.of("twins", "dev1"))) {
            assertThat(reason(authenticator.judgeService(token, path, read, Signing.KEY_BYTES)))
                    .isEqualTo("TokenForOtherResource");
        }
    }

    @Test
    void theKeyOfADeviceIsNoServiceKey() {
        String token = Tokens.device(HOST, LATER, keys.primary());
        assertThat(reason(authenticator.judgeService(
                        token, List.of(), EnumSet.of(AccessRight.REGISTRY_READ), Signing.KEY_BYTES)))
                .isEqualTo("UnknownPolicy");
        assertThat(AuthenticationExplanation.of(
                        new AuthenticationRefusal.UnknownPolicy(""), new Commands(new HubName("hub2"))))
                .contains("names no shared access policy");
    }

    @Test
    void aCommandThatPeopleCopyHasNoIdThatAShellWouldObey() {
        assertThat(AuthenticationExplanation.of(
                        new AuthenticationRefusal.UnknownDevice(Identity.of(new DeviceId("dev-1.a"))),
                        new Commands(new HubName("hub2"))))
                .contains("'holdfast device create dev-1.a --hub hub2'");
        for (String id : List.of("a;reboot", "$(b)", "-rf", "a'b")) {
            Identity hostile = Identity.of(new DeviceId(id));
            assertThat(AuthenticationExplanation.of(
                            new AuthenticationRefusal.UnknownDevice(hostile), new Commands(new HubName("hub2"))))
                    .contains("'holdfast device create ID --hub hub2'");
            assertThat(AuthenticationExplanation.of(
                            new AuthenticationRefusal.DeviceDisabled(hostile, ""), new Commands(new HubName("hub2"))))
                    .contains("'holdfast device enable ID --hub hub2'");
            assertThat(AuthenticationExplanation.of(
                            new AuthenticationRefusal.TokenSignatureWrong(hostile), new Commands(new HubName("hub2"))))
                    .contains("'holdfast device renew-keys ID --which primary --hub hub2'");
        }
    }

    @Test
    void whatIsRegisteredIsPrintedWithoutKeys() {
        assertThat(new Authentication.Sas(keys).toString()).isEqualTo("sas");
        Thumbprint thumbprint = Thumbprint.parse("AB".repeat(20)).orElseThrow();
        assertThat(new Authentication.SelfSigned(thumbprint, null).toString())
                .isEqualTo("selfSigned, primary " + thumbprint);
    }

    @Test
    void theTwoWaysOfSigningAreKeptApart() {
        String token = Tokens.policy(HOST, LATER, policy("service"));
        assertThat(reason(authenticator.judgeService(
                        token, List.of(), EnumSet.of(AccessRight.SERVICE_CONNECT), Signing.KEY_TEXT)))
                .isEqualTo("PolicySignatureWrong");
    }

    @Test
    void aPolicyThatIsTakenAwayOpensNothingAnyMore() {
        String token = Tokens.policy(HOST, LATER, policy("service"));
        settings.update(before -> new HubSettings(
                before.name(), before.hostName(), 4, 1, SharedAccessPolicy.standard(random), List.of(), NOW));
        assertThat(reason(authenticator.judgeService(
                        token, List.of(), EnumSet.of(AccessRight.SERVICE_CONNECT), Signing.KEY_BYTES)))
                .isEqualTo("PolicySignatureWrong");
    }

    @Test
    void noRandomTokenOpensAnything() {
        long seed = System.nanoTime();
        System.out.println("AuthenticatorTest seed " + seed);
        Random fuzz = new Random(seed);
        List<String> pieces = List.of(
                "SharedAccessSignature ",
                "sr=",
                "sig=",
                "se=",
                "skn=",
                "&",
                DEV1_SR,
                HOST,
                "devices",
                "%2F",
                "/",
                "dev1",
                LATER,
                "device",
                "iothubowner",
                "AAAA",
                "=",
                "%",
                " ",
                "\0",
                "\u20ac",
                "2sX1xSSo9qS6OoupBkYBIObHCpkm1oRn08Y%2B%2FP8Fhkw%3D");
        for (int round = 0; round < 20_000; round++) {
            StringBuilder token = new StringBuilder(fuzz.nextInt(4) == 0 ? "" : "SharedAccessSignature ");
            for (int n = fuzz.nextInt(16); n >= 0; n--) {
                token.append(pieces.get(fuzz.nextInt(pieces.size())));
            }
            assertThat(judge("dev1", token.toString()))
                    .as("round %d of seed %d", round, seed)
                    .isInstanceOf(DeviceAuthentication.Refused.class);
        }
    }
}
