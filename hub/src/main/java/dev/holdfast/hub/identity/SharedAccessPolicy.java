package dev.holdfast.hub.identity;

import java.security.SecureRandom;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/**
 * A named pair of keys and what a token signed with one of them may do.
 *
 * @param name compared by case, as clients send it in {@code skn}
 */
public record SharedAccessPolicy(String name, Set<AccessRight> rights, SymmetricKeys keys) {
    public SharedAccessPolicy {
        rights = Set.copyOf(rights);
    }

    /** The five policies that every new hub has, with fresh keys. */
    public static List<SharedAccessPolicy> standard(SecureRandom random) {
        return List.of(
                fresh("iothubowner", EnumSet.allOf(AccessRight.class), random),
                fresh("service", EnumSet.of(AccessRight.SERVICE_CONNECT), random),
                fresh("device", EnumSet.of(AccessRight.DEVICE_CONNECT), random),
                fresh("registryRead", EnumSet.of(AccessRight.REGISTRY_READ), random),
                fresh("registryReadWrite", EnumSet.of(AccessRight.REGISTRY_READ, AccessRight.REGISTRY_WRITE), random));
    }

    private static SharedAccessPolicy fresh(String name, Set<AccessRight> rights, SecureRandom random) {
        return new SharedAccessPolicy(name, rights, SymmetricKeys.random(random));
    }

    public boolean allows(AccessRight right) {
        return rights.contains(right);
    }
}
