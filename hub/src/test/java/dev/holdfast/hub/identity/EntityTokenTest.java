package dev.holdfast.hub.identity;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.base.HubName;
import dev.holdfast.base.Limits;
import dev.holdfast.base.Live;
import dev.holdfast.hub.HubSettings;
import dev.holdfast.hub.NobodyAsked;
import dev.holdfast.hub.identity.AuthenticationRefusal.PolicyLacksRight;
import dev.holdfast.hub.identity.AuthenticationRefusal.PolicySignatureWrong;
import dev.holdfast.hub.identity.AuthenticationRefusal.TokenExpired;
import dev.holdfast.hub.identity.AuthenticationRefusal.TokenForOtherResource;
import dev.holdfast.hub.identity.AuthenticationRefusal.UnknownPolicy;
import dev.holdfast.testkit.TestClock;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.api.Test;

/** Tokens for the Event Hubs-compatible endpoint: the entity path decides, and the token must cover it. */
class EntityTokenTest {
    private static final Set<AccessRight> READ = EnumSet.of(AccessRight.SERVICE_CONNECT);
    private static final List<String> PARTITION = List.of("ConsumerGroups", "$Default", "Partitions", "0");

    private final TestClock clock = new TestClock(Instant.parse("2026-11-22T10:00:00Z"));
    private final List<SharedAccessPolicy> policies = SharedAccessPolicy.standard(new SecureRandom());
    /** hub2 has a name of its own; localhost means hub1. */
    private final Authenticator hub2 = new Authenticator(
            new Live<>(new HubSettings(
                    new HubName("hub2"), "hub2.holdfast.localhost", 4, 1, policies, List.of(), Instant.EPOCH)),
            noRegistry(),
            new DeniedCertificates(
                    new RepeatingTable(),
                    new HubName("hub2"),
                    clock,
                    Limits.defaults().certificates(),
                    _ -> {}),
            NobodyAsked.in(new RepeatingTable(), new HubName("hub2"), clock),
            host -> host.equals("hub2.holdfast.localhost"),
            clock,
            Limits.defaults());

    @SuppressWarnings("NullAway") // judging services never reads the registry
    private static Registry noRegistry() {
        return null;
    }

    @Test
    void event_hubs_token_for_the_entity_is_good_at_localhost_though_that_is_another_hub() throws Exception {
        assertThat(judge(text("service", "sb://localhost/hub2/ConsumerGroups/$Default/Partitions/0")))
                .isInstanceOf(ServiceAuthentication.Accepted.class);
        assertThat(judge(text("service", "sb://localhost:15671/hub2")))
                .isInstanceOf(ServiceAuthentication.Accepted.class);
    }

    @Test
    void case_of_the_path_does_not_matter() throws Exception {
        assertThat(judge(text("service", "amqps://LOCALHOST/HUB2/consumergroups/$default/partitions/0")))
                .isInstanceOf(ServiceAuthentication.Accepted.class);
    }

    @Test
    void token_for_another_entity_group_or_partition_is_for_another_resource() throws Exception {
        for (String resource : List.of(
                "sb://localhost/hub1",
                "sb://localhost/",
                "localhost",
                "sb://localhost/hub2/ConsumerGroups/other",
                "sb://localhost/hub2/ConsumerGroups/$Default/Partitions/00",
                "sb://localhost/hub2/$management",
                "sb://foreign.example/hub2")) {
            assertThat(refusal(text("service", resource))).as(resource).isInstanceOf(TokenForOtherResource.class);
        }
    }

    @Test
    void own_host_alone_is_good_in_both_signings_of_its_shape() throws Exception {
        assertThat(judge(text("service", "sb://hub2.holdfast.localhost/")))
                .isInstanceOf(ServiceAuthentication.Accepted.class);
        assertThat(judge(bytes("service", "sb://hub2.holdfast.localhost/")))
                .isInstanceOf(ServiceAuthentication.Accepted.class);
        assertThat(judge(bytes("service", "hub2.holdfast.localhost")))
                .isInstanceOf(ServiceAuthentication.Accepted.class);
        assertThat(judge(bytes("service", "hub2.holdfast.localhost/messages/events")))
                .isInstanceOf(ServiceAuthentication.Accepted.class);
    }

    @Test
    void token_shaped_like_an_iot_client_must_be_signed_like_one() throws Exception {
        assertThat(refusal(text("service", "hub2.holdfast.localhost"))).isInstanceOf(PolicySignatureWrong.class);
    }

    @Test
    void policy_needs_the_right() throws Exception {
        assertThat(refusal(text("device", "sb://localhost/hub2"))).isInstanceOf(PolicyLacksRight.class);
        assertThat(refusal(text("registryReadWrite", "sb://localhost/hub2"))).isInstanceOf(PolicyLacksRight.class);
        assertThat(judge(text("iothubowner", "sb://localhost/hub2")))
                .isInstanceOf(ServiceAuthentication.Accepted.class);
    }

    @Test
    void key_of_another_policy_or_none_is_refused() throws Exception {
        String signedByDevice = text("device", "sb://localhost/hub2").replace("skn=device", "skn=service");
        assertThat(refusal(signedByDevice)).isInstanceOf(PolicySignatureWrong.class);
        assertThat(refusal(text("service", "sb://localhost/hub2").replace("&skn=service", "")))
                .isInstanceOf(UnknownPolicy.class);
    }

    @Test
    void expired_token_is_refused_after_the_allowance() throws Exception {
        String token = text("service", "sb://localhost/hub2");
        clock.advance(Duration.ofMinutes(64));
        assertThat(judge(token)).isInstanceOf(ServiceAuthentication.Accepted.class);
        clock.advance(Duration.ofMinutes(2));
        assertThat(refusal(token)).isInstanceOf(TokenExpired.class);
    }

    @Test
    void policy_key_itself_is_compared_with_both_keys() {
        SharedAccessPolicy service = policy("service");
        assertThat(hub2.judgePolicyKey("service", service.keys().primary().base64(), READ))
                .isEqualTo(new ServiceAuthentication.Accepted("service", Instant.MAX));
        assertThat(hub2.judgePolicyKey("service", service.keys().secondary().base64(), READ))
                .isEqualTo(new ServiceAuthentication.Accepted("service", Instant.MAX));
        assertThat(hub2.judgePolicyKey(
                        "service", policy("device").keys().primary().base64(), READ))
                .isEqualTo(new ServiceAuthentication.Refused(new PolicySignatureWrong("service")));
        assertThat(hub2.judgePolicyKey(
                        "device", policy("device").keys().primary().base64(), READ))
                .isEqualTo(new ServiceAuthentication.Refused(new PolicyLacksRight("device", READ)));
        assertThat(hub2.judgePolicyKey("nobody", "", READ))
                .isEqualTo(new ServiceAuthentication.Refused(new UnknownPolicy("nobody")));
    }

    private ServiceAuthentication judge(String token) {
        return hub2.judgeEntity(
                token, host -> host.equals("localhost") || host.endsWith(".holdfast.localhost"), PARTITION, READ);
    }

    private AuthenticationRefusal refusal(String token) {
        return ((ServiceAuthentication.Refused) judge(token)).refusal();
    }

    private SharedAccessPolicy policy(String name) {
        return policies.stream()
                .filter(each -> each.name().equals(name))
                .findFirst()
                .orElseThrow();
    }

    private String text(String policy, String resource) throws Exception {
        return sign(policy, resource, policy(policy).keys().primary().base64().getBytes(StandardCharsets.UTF_8));
    }

    private String bytes(String policy, String resource) throws Exception {
        return sign(policy, resource, policy(policy).keys().primary().bytes());
    }

    private String sign(String policy, String resource, byte[] key) throws Exception {
        String sr = URLEncoder.encode(resource, StandardCharsets.UTF_8);
        long se = clock.instant().plus(Duration.ofHours(1)).getEpochSecond();
        Mac mac = Mac.getInstance("HmacSHA256");
        mac.init(new SecretKeySpec(key, "HmacSHA256"));
        String sig = Base64.getEncoder().encodeToString(mac.doFinal((sr + "\n" + se).getBytes(StandardCharsets.UTF_8)));
        return "SharedAccessSignature sr=" + sr + "&sig=" + URLEncoder.encode(sig, StandardCharsets.UTF_8) + "&se=" + se
                + "&skn=" + policy;
    }
}
