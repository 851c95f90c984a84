package dev.holdfast.hub.identity;

import dev.holdfast.base.Limits;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.UnaryOperator;
import java.util.regex.Pattern;

/** Changes of the list of a hub's shared access policies. Pure: each takes a list and returns another. */
public final class SharedAccessPolicies {
    /** The names are in URLs, where {@code .} and {@code ..} mean another path. */
    private static final Pattern NAME = Pattern.compile("(?!\\.{1,2}$)[A-Za-z0-9._-]{1,64}");

    private SharedAccessPolicies() {}

    /** With one more policy, with fresh keys, at the end. */
    public static PolicyChange add(
            List<SharedAccessPolicy> policies,
            String name,
            Set<AccessRight> rights,
            Limits.Registry limits,
            SecureRandom random) {
        if (!NAME.matcher(name).matches()) {
            return new PolicyChange.Refused(new PolicyRefusal.PolicyNameMalformed());
        }
        if (rights.isEmpty()) {
            return new PolicyChange.Refused(new PolicyRefusal.PolicyWithoutRights(name));
        }
        if (has(policies, name)) {
            return new PolicyChange.Refused(new PolicyRefusal.PolicyExists(name));
        }
        if (policies.size() >= limits.policiesMax()) {
            return new PolicyChange.Refused(new PolicyRefusal.TooManyPolicies(limits.policiesMax()));
        }
        List<SharedAccessPolicy> more = new ArrayList<>(policies);
        more.add(new SharedAccessPolicy(name, rights, SymmetricKeys.random(random)));
        return new PolicyChange.Done(more);
    }

    public static PolicyChange remove(List<SharedAccessPolicy> policies, String name) {
        List<SharedAccessPolicy> fewer = new ArrayList<>(policies);
        return fewer.removeIf(policy -> policy.name().equals(name))
                ? new PolicyChange.Done(fewer)
                : new PolicyChange.Refused(new PolicyRefusal.PolicyMissing(name));
    }

    public static PolicyChange renewKeys(
            List<SharedAccessPolicy> policies, String name, KeyRenewal renewal, SecureRandom random) {
        if (!has(policies, name)) {
            return new PolicyChange.Refused(new PolicyRefusal.PolicyMissing(name));
        }
        UnaryOperator<SharedAccessPolicy> renewed = policy -> policy.name().equals(name)
                ? new SharedAccessPolicy(
                        name, policy.rights(), policy.keys().renewed(renewal, SymmetricKeys.random(random)))
                : policy;
        return new PolicyChange.Done(policies.stream().map(renewed).toList());
    }

    private static boolean has(List<SharedAccessPolicy> policies, String name) {
        return policies.stream().anyMatch(policy -> policy.name().equals(name));
    }
}
