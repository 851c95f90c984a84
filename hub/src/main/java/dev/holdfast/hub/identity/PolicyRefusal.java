package dev.holdfast.hub.identity;

/** Why the shared access policies of a hub did not change: the whole list. */
public sealed interface PolicyRefusal {
    /** Stable word for logs, metrics and reports: the name of the case. */
    default String reason() {
        return getClass().getSimpleName();
    }

    record PolicyNameMalformed() implements PolicyRefusal {}

    record PolicyWithoutRights(String name) implements PolicyRefusal {}

    record PolicyExists(String name) implements PolicyRefusal {}

    record PolicyMissing(String name) implements PolicyRefusal {}

    record TooManyPolicies(int max) implements PolicyRefusal {}

    /** What happened and what to change, in sentences. */
    default String explain() {
        return switch (this) {
            case PolicyNameMalformed() ->
                "The name of a shared access policy has 1 to 64 of A-Z, a-z, 0-9, '-', '_' and '.', and is not '.' or '..'.";
            case PolicyWithoutRights(var name) ->
                "The shared access policy '" + name + "' would have no right, so nothing could be done with it.";
            case PolicyExists(var name) ->
                "The hub has a shared access policy '" + name + "' already. Remove it first, or choose another name.";
            case PolicyMissing(var name) -> "The hub has no shared access policy '" + name + "'.";
            case TooManyPolicies(var max) ->
                "The hub has " + max + " shared access policies, which is the limit. Remove one first.";
        };
    }
}
