package dev.holdfast.hub.identity;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.base.Limits;
import java.security.SecureRandom;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class SharedAccessPoliciesTest {
    private final SecureRandom random = new SecureRandom();
    private final List<SharedAccessPolicy> standard = SharedAccessPolicy.standard(random);

    private PolicyChange add(List<SharedAccessPolicy> policies, String name, Set<AccessRight> rights) {
        return SharedAccessPolicies.add(
                policies, name, rights, Limits.defaults().registry(), random);
    }

    private static List<SharedAccessPolicy> done(PolicyChange change) {
        assertThat(change).isInstanceOf(PolicyChange.Done.class);
        return ((PolicyChange.Done) change).policies();
    }

    private static String reason(PolicyChange change) {
        assertThat(change).isInstanceOf(PolicyChange.Refused.class);
        return ((PolicyChange.Refused) change).refusal().reason();
    }

    @Test
    void aNewHubHasTheFivePoliciesWithTheirRights() {
        assertThat(standard)
                .extracting(SharedAccessPolicy::name)
                .containsExactly("iothubowner", "service", "device", "registryRead", "registryReadWrite");
        assertThat(standard.get(0).rights()).isEqualTo(EnumSet.allOf(AccessRight.class));
        assertThat(standard.get(1).rights()).containsExactly(AccessRight.SERVICE_CONNECT);
        assertThat(standard.get(2).rights()).containsExactly(AccessRight.DEVICE_CONNECT);
        assertThat(standard.get(3).rights()).containsExactly(AccessRight.REGISTRY_READ);
        assertThat(standard.get(4).rights())
                .containsExactlyInAnyOrder(AccessRight.REGISTRY_READ, AccessRight.REGISTRY_WRITE);
        assertThat(standard.stream().map(SharedAccessPolicy::keys).distinct()).hasSize(5);
    }

    @Test
    void aPolicyIsAddedWithKeysOfItsOwn() {
        List<SharedAccessPolicy> more = done(add(standard, "reader", EnumSet.of(AccessRight.SERVICE_CONNECT)));
        assertThat(more).hasSize(6).startsWith(standard.toArray(new SharedAccessPolicy[0]));
        assertThat(more.getLast().allows(AccessRight.SERVICE_CONNECT)).isTrue();
        assertThat(more.getLast().allows(AccessRight.REGISTRY_READ)).isFalse();
    }

    @Test
    void badPoliciesAreRefused() {
        Set<AccessRight> rights = EnumSet.of(AccessRight.SERVICE_CONNECT);
        assertThat(reason(add(standard, "device", rights))).isEqualTo("PolicyExists");
        assertThat(reason(add(standard, "none", EnumSet.noneOf(AccessRight.class))))
                .isEqualTo("PolicyWithoutRights");
        for (String name : List.of("", ".", "..", "a b", "a/b", "a&b", "ä", "x".repeat(65))) {
            assertThat(reason(add(standard, name, rights))).as(name).isEqualTo("PolicyNameMalformed");
        }
    }

    @Test
    void sixteenAreEnough() {
        List<SharedAccessPolicy> policies = standard;
        for (int i = policies.size(); i < 16; i++) {
            policies = done(add(policies, "p" + i, EnumSet.of(AccessRight.SERVICE_CONNECT)));
        }
        assertThat(reason(add(policies, "more", EnumSet.of(AccessRight.SERVICE_CONNECT))))
                .isEqualTo("TooManyPolicies");
    }

    @Test
    void aPolicyIsRemovedByItsExactName() {
        assertThat(done(SharedAccessPolicies.remove(standard, "device"))).hasSize(4);
        assertThat(reason(SharedAccessPolicies.remove(standard, "Device"))).isEqualTo("PolicyMissing");
    }

    @Test
    void keysAreRenewedOneByOne() {
        SymmetricKeys before = standard.get(1).keys();
        for (KeyRenewal renewal : KeyRenewal.values()) {
            List<SharedAccessPolicy> after = done(SharedAccessPolicies.renewKeys(standard, "service", renewal, random));
            SymmetricKeys keys = after.get(1).keys();
            assertThat(after.get(0)).isEqualTo(standard.get(0));
            assertThat(keys.primary().equals(before.primary())).isEqualTo(renewal == KeyRenewal.SECONDARY);
            assertThat(keys.secondary().equals(before.secondary())).isEqualTo(renewal == KeyRenewal.PRIMARY);
            assertThat(keys.primary().equals(before.secondary())).isEqualTo(renewal == KeyRenewal.SWAP);
        }
        assertThat(reason(SharedAccessPolicies.renewKeys(standard, "other", KeyRenewal.BOTH, random)))
                .isEqualTo("PolicyMissing");
    }
}
