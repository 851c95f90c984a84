package dev.holdfast.hub.identity;

import java.util.List;

/** What became of a change of a hub's shared access policies. */
public sealed interface PolicyChange {
    /** The policies as they are to be from now on; nothing is stored yet. */
    record Done(List<SharedAccessPolicy> policies) implements PolicyChange {
        public Done {
            policies = List.copyOf(policies);
        }
    }

    record Refused(PolicyRefusal refusal) implements PolicyChange {}
}
