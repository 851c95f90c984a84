package dev.holdfast.hub.identity;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.base.Commands;
import dev.holdfast.base.DeviceId;
import dev.holdfast.base.HubName;
import dev.holdfast.base.Limits;
import dev.holdfast.base.Live;
import dev.holdfast.base.ModuleId;
import dev.holdfast.hub.NobodyAsked;
import dev.holdfast.pki.KeyKind;
import dev.holdfast.pki.Pem;
import dev.holdfast.testkit.TestAuthority;
import dev.holdfast.testkit.TestClock;
import dev.holdfast.tls.peer.PeerIdentity;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.bouncycastle.asn1.DERUTF8String;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x500.X500NameBuilder;
import org.bouncycastle.asn1.x500.style.BCStyle;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Devices that are registered for certificates of an authority: who comes in, and who is told why not. */
class ChainAuthenticationTest {
    private static final Instant NOW = Instant.parse("2026-11-22T10:00:00Z");
    private static final Instant BEFORE = NOW.minusSeconds(3600);
    private static final Instant AFTER = NOW.plusSeconds(3600);
    private static final HubName HUB1 = new HubName("hub1");
    private static final DeviceId DEV1 = new DeviceId("dev1");

    private final TestClock clock = new TestClock(NOW);
    private final Registry registry = new Registry(
            new RepeatingTable(),
            HUB1,
            clock,
            new SecureRandom(),
            Limits.defaults().registry(),
            _ -> {});
    private final TestAuthority root = new TestAuthority("Plant root", BEFORE, AFTER);
    private final TestAuthority line = root.intermediate("Plant line 1", BEFORE, AFTER);
    private final Live<Settings> settings = new Live<>(new Settings(List.of(authority("plant", root, true))));
    private final DeniedCertificates denied = new DeniedCertificates(
            new RepeatingTable(), HUB1, clock, Limits.defaults().certificates(), _ -> {});
    private final Authenticator authenticator = new Authenticator(
            settings,
            registry,
            denied,
            NobodyAsked.in(new RepeatingTable(), HUB1, clock),
            "hub1.hub.test"::equals,
            clock,
            Limits.defaults());

    private record Settings(List<CertificateAuthority> authorities) implements HubAccess {
        @Override
        public HubName name() {
            return HUB1;
        }

        @Override
        public String hostName() {
            return "hub1.hub.test";
        }

        @Override
        public Optional<SharedAccessPolicy> policy(String policyName) {
            return Optional.empty();
        }
    }

    private static CertificateAuthority authority(String name, TestAuthority authority, boolean verified) {
        return new CertificateAuthority(name, authority.certificate(), verified, NOW, NOW);
    }

    private void registered(CertificateAuthority... authorities) {
        settings.update(_ -> new Settings(List.of(authorities)));
    }

    @BeforeEach
    void register() {
        for (String id : List.of("dev1", "dev2", "DEV1")) {
            registry.apply(new RegistryRequest.Create(
                    DeviceSpec.of(new DeviceId(id), new Authentication.CertificateAuthority())));
        }
    }

    private X509Certificate leaf(String commonName) {
        return line.issue(commonName, KeyKind.EC_P256, BEFORE, AFTER).certificate();
    }

    private DeviceAuthentication judge(String id, X509Certificate... chain) {
        return judge(Identity.of(new DeviceId(id)), chain);
    }

    private DeviceAuthentication judge(Identity identity, X509Certificate... chain) {
        return authenticator.judgeDevice(
                new DeviceCredentials(identity, null, new PeerIdentity.Certificates(List.of(chain))));
    }

    private static String reason(DeviceAuthentication judged, String... parts) {
        return switch (judged) {
            case DeviceAuthentication.Accepted _ -> "Accepted";
            case DeviceAuthentication.Refused(var refusal) -> {
                String sentence = AuthenticationExplanation.of(refusal, Commands.OF_NO_HUB);
                Stream.of(parts).forEach(part -> assertThat(sentence).contains(part));
                yield refusal.reason();
            }
        };
    }

    @Test
    void a_chain_to_a_registered_authority_with_the_right_name_opens_the_device() {
        X509Certificate leaf = leaf("dev1");
        DeviceAuthentication judged = judge("dev1", leaf, line.certificate());
        assertThat(judged)
                .isEqualTo(new DeviceAuthentication.Accepted(
                        Identity.of(DEV1),
                        registry.find(DEV1).orElseThrow().generation(),
                        new AuthenticationMethod("device", "x509", "external"),
                        null,
                        new CertificateProof(
                                List.of(leaf, line.certificate(), root.certificate()), List.of(root.certificate()))));
    }

    @Test
    void a_module_needs_both_ids_in_its_certificate() {
        ModuleName name = new ModuleName(DEV1, new ModuleId("mod1"));
        registry.modules()
                .apply(new ModuleRequest.Create(ModuleSpec.of(name, new Authentication.CertificateAuthority())));
        assertThat(reason(judge(name.identity(), leaf("dev1/mod1"), line.certificate())))
                .isEqualTo("Accepted");
        for (String other : List.of("dev1", "mod1", "dev1/mod10", "dev2/mod1", "DEV1/mod1", "dev1/", "dev1/mod1/")) {
            assertThat(reason(judge(name.identity(), leaf(other), line.certificate()), "'dev1/mod1'", "ModuleId"))
                    .as(other)
                    .isEqualTo("CommonNameDiffers");
        }
        assertThat(reason(judge("dev1", leaf("dev1/mod1"), line.certificate()))).isEqualTo("CommonNameDiffers");
    }

    @Test
    void a_registered_intermediate_lets_in_what_it_issued() {
        registered(authority("line-1", line, true));
        assertThat(reason(judge("dev1", leaf("dev1")))).isEqualTo("Accepted");
        X509Certificate ofRoot =
                root.issue("dev1", KeyKind.EC_P256, BEFORE, AFTER).certificate();
        assertThat(reason(judge("dev1", ofRoot), "'CN=Plant root'")).isEqualTo("AuthorityUnknown");
    }

    @Test
    void the_name_in_the_certificate_is_the_devices_to_the_letter() {
        assertThat(reason(judge("dev2", leaf("dev1"), line.certificate()), "'dev2'", "'dev1'"))
                .isEqualTo("CommonNameDiffers");
        assertThat(reason(judge("DEV1", leaf("dev1"), line.certificate()))).isEqualTo("CommonNameDiffers");
    }

    @ParameterizedTest
    @ValueSource(strings = {"dev1 ", " dev1", "dev1\0", "dev1\0x", "d\u0435v1", "dev\u200b1", "CN=dev1", "dev1/x", "*"})
    void a_name_that_only_looks_like_it_opens_nothing(String commonName) {
        assertThat(reason(judge("dev1", leaf(commonName), line.certificate()))).isEqualTo("CommonNameDiffers");
    }

    @Test
    void no_name_and_two_names_open_nothing() {
        X500Name none = new X500NameBuilder(BCStyle.INSTANCE)
                .addRDN(BCStyle.OU, new DERUTF8String("dev1"))
                .build();
        X500Name two = new X500NameBuilder(BCStyle.INSTANCE)
                .addRDN(BCStyle.CN, new DERUTF8String("dev2"))
                .addRDN(BCStyle.CN, new DERUTF8String("dev1"))
                .build();
        X509Certificate nameless =
                line.issue(none, KeyKind.EC_P256, BEFORE, AFTER).certificate();
        X509Certificate ambiguous =
                line.issue(two, KeyKind.EC_P256, BEFORE, AFTER).certificate();
        assertThat(reason(judge("dev1", nameless, line.certificate()), "only CN"))
                .isEqualTo("CommonNameMissing");
        for (String id : List.of("dev1", "dev2")) {
            assertThat(reason(judge(id, ambiguous, line.certificate()), "2 common names"))
                    .isEqualTo("CommonNameAmbiguous");
        }
    }

    @Test
    void every_refusal_of_the_chain_has_its_own_reason_and_names_the_device() {
        assertThat(reason(judge("dev1", leaf("dev1")), "Device 'dev1'", "'CN=Plant line 1'", "'CN=Plant root'"))
                .isEqualTo("AuthorityUnknown");
        TestAuthority twin = new TestAuthority("Plant root", BEFORE, AFTER);
        X509Certificate foreign =
                twin.issue("dev1", KeyKind.EC_P256, BEFORE, AFTER).certificate();
        assertThat(reason(judge("dev1", foreign, twin.certificate()))).isEqualTo("IssuerKeyDiffers");
        assertThat(reason(judge("dev1", root.certificate()))).isEqualTo("AuthorityShown");
        Certificates.Made own = Certificates.selfSigned("CN=dev1", BEFORE, AFTER);
        assertThat(reason(judge("dev1", own.certificate()))).isEqualTo("CertificateSelfSigned");
        registered(authority("plant", root, false));
        assertThat(reason(judge("dev1", leaf("dev1"), line.certificate()), "'plant'"))
                .isEqualTo("AuthorityNotVerified");
        registered();
        assertThat(reason(judge("dev1", leaf("dev1"), line.certificate()))).isEqualTo("NoAuthorityRegistered");
    }

    @Test
    void a_certificate_is_good_within_its_time_by_the_clock_of_the_moment() {
        X509Certificate leaf =
                line.issue("dev1", KeyKind.EC_P256, NOW, NOW.plusSeconds(60)).certificate();
        assertThat(reason(judge("dev1", leaf, line.certificate()))).isEqualTo("Accepted");
        clock.set(NOW.minusSeconds(1));
        assertThat(reason(judge("dev1", leaf, line.certificate()))).isEqualTo("LeafNotYetValid");
        clock.set(NOW.plusSeconds(61));
        assertThat(reason(judge("dev1", leaf, line.certificate()))).isEqualTo("LeafExpired");
        clock.set(AFTER.plusSeconds(1));
        X509Certificate longer = line.issue("dev1", KeyKind.EC_P256, BEFORE, AFTER.plusSeconds(60))
                .certificate();
        assertThat(reason(judge("dev1", longer, line.certificate()))).isEqualTo("IntermediateExpired");
        registered(authority("line-1", line, true));
        assertThat(reason(judge("dev1", longer), "'line-1'")).isEqualTo("AuthorityExpired");
    }

    @Test
    void a_change_of_the_authorities_counts_at_the_next_judgement() {
        X509Certificate leaf = leaf("dev1");
        assertThat(reason(judge("dev1", leaf, line.certificate()))).isEqualTo("Accepted");
        registered(authority("other", new TestAuthority("Other", BEFORE, AFTER), true));
        assertThat(reason(judge("dev1", leaf, line.certificate()))).isEqualTo("AuthorityUnknown");
        registered(authority("plant", root, true));
        assertThat(reason(judge("dev1", leaf, line.certificate()))).isEqualTo("Accepted");
    }

    @Test
    void only_who_proved_to_be_the_device_learns_that_it_is_disabled() {
        DeviceSpec disabled = new DeviceSpec(
                DEV1, false, "stolen", new Authentication.CertificateAuthority(), false, null, List.of());
        registry.apply(new RegistryRequest.Replace(disabled, new Precondition.Exists()));
        assertThat(reason(judge("dev1", leaf("dev1"), line.certificate()), "stolen"))
                .isEqualTo("DeviceDisabled");
        assertThat(reason(judge("dev1", leaf("dev2"), line.certificate()))).isEqualTo("CommonNameDiffers");
    }

    private DeniedCertificate deny(X509Certificate certificate, DenialRequest.By by) {
        DenialChange change = denied.add(new DenialRequest.Certificate(Pem.write(certificate), by), "stolen");
        assertThat(change).isInstanceOf(DenialChange.Done.class);
        return ((DenialChange.Done) change).entry();
    }

    @ParameterizedTest
    @EnumSource(DenialRequest.By.class)
    void a_denied_certificate_opens_nothing_whether_it_is_the_devices_or_stands_above_it(DenialRequest.By by) {
        X509Certificate leaf = leaf("dev1");
        for (X509Certificate each : List.of(leaf, line.certificate(), root.certificate())) {
            DeniedCertificate entry = deny(each, by);
            assertThat(reason(judge("dev1", leaf, line.certificate()), "'dev1'", "stolen", entry.id()))
                    .isEqualTo("CertificateDenied");
            denied.remove(entry.id());
            assertThat(reason(judge("dev1", leaf, line.certificate()))).isEqualTo("Accepted");
        }
    }

    @Test
    void a_denied_device_leaves_the_others_of_its_authority_alone() {
        X509Certificate leaf = leaf("dev1");
        deny(leaf, DenialRequest.By.SERIAL);
        assertThat(reason(judge("dev2", leaf("dev2"), line.certificate()))).isEqualTo("Accepted");
        assertThat(reason(judge("dev1", leaf("dev1"), line.certificate())))
                .as("a new certificate of the device")
                .isEqualTo("Accepted");
    }

    @Test
    void a_denied_thumbprint_device_stays_out_and_so_does_one_that_shows_a_denied_intermediate() {
        X509Certificate own = leaf("pinned");
        registry.apply(new RegistryRequest.Create(
                DeviceSpec.of(new DeviceId("pinned"), new Authentication.SelfSigned(Thumbprint.ofSha256(own), null))));
        assertThat(reason(judge("pinned", own, line.certificate()))).isEqualTo("Accepted");
        DeniedCertificate entry = deny(line.certificate(), DenialRequest.By.PUBLIC_KEY);
        assertThat(reason(judge("pinned", own, line.certificate()))).isEqualTo("CertificateDenied");
        denied.remove(entry.id());
        deny(own, DenialRequest.By.PUBLIC_KEY);
        assertThat(reason(judge("pinned", own))).isEqualTo("CertificateDenied");
    }

    @Test
    void only_who_would_come_in_otherwise_is_told_of_the_list() {
        X509Certificate foreign = new TestAuthority("Foreign", BEFORE, AFTER)
                .issue("dev1", KeyKind.EC_P256, BEFORE, AFTER)
                .certificate();
        deny(foreign, DenialRequest.By.THUMBPRINT);
        assertThat(reason(judge("dev1", foreign))).isEqualTo("AuthorityUnknown");
    }

    @Test
    void an_intermediate_that_is_not_verified_completes_a_chain_and_ends_none() {
        registered(authority("line-1", line, false), authority("plant", root, true));
        X509Certificate leaf = leaf("dev1");
        assertThat(judge("dev1", leaf))
                .isInstanceOfSatisfying(
                        DeviceAuthentication.Accepted.class,
                        accepted -> assertThat(accepted.proof())
                                .as("goes with either authority, should it be deleted")
                                .isEqualTo(new CertificateProof(
                                        List.of(leaf, line.certificate(), root.certificate()),
                                        List.of(line.certificate(), root.certificate()))));
        deny(line.certificate(), DenialRequest.By.THUMBPRINT);
        assertThat(reason(judge("dev1", leaf)))
                .as("denied, although the device did not send it")
                .isEqualTo("CertificateDenied");
        registered(authority("line-1", line, false));
        assertThat(reason(judge("dev1", leaf), "'line-1'", "verification-code")).isEqualTo("AuthorityNotVerified");
    }

    @Test
    void a_device_with_a_thumbprint_is_not_opened_by_an_authority() {
        Certificates.Made own = Certificates.selfSigned("CN=x", BEFORE, AFTER);
        registry.apply(new RegistryRequest.Create(
                DeviceSpec.of(new DeviceId("x"), new Authentication.SelfSigned(own.sha256(), null))));
        assertThat(reason(judge("x", leaf("x"), line.certificate()))).isEqualTo("ThumbprintMismatch");
        assertThat(judge("x", own.certificate()))
                .isInstanceOfSatisfying(
                        DeviceAuthentication.Accepted.class,
                        accepted -> assertThat(accepted.proof())
                                .isEqualTo(new CertificateProof(List.of(own.certificate()), List.of())));
    }
}
