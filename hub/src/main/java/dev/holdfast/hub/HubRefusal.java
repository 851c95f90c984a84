package dev.holdfast.hub;

import dev.holdfast.base.Commands;
import dev.holdfast.base.HubName;
import dev.holdfast.hub.identity.AuthorityRefusal;
import dev.holdfast.hub.identity.PolicyRefusal;

/** Why a hub was not made, changed or deleted: the whole list. */
public sealed interface HubRefusal {
    /** Stable word for logs and answers: the name of the case. */
    default String reason() {
        return getClass().getSimpleName();
    }

    record NameTaken(HubName name) implements HubRefusal {}

    /** The installation uses the name for itself. */
    record NameReserved(HubName name) implements HubRefusal {}

    record TooManyHubs(int max) implements HubRefusal {}

    record PartitionsOutOfRange(int wanted) implements HubRefusal {}

    record RetentionOutOfRange(int wantedDays) implements HubRefusal {}

    record UnknownHub(HubName name) implements HubRefusal {}

    record UnknownTlsPolicy(String policy) implements HubRefusal {}

    record GroupNameMalformed() implements HubRefusal {}

    record GroupExists(String group) implements HubRefusal {}

    record TooManyGroups(int max) implements HubRefusal {}

    record UnknownGroup(String group) implements HubRefusal {}

    /** {@code $Default} can't be deleted. */
    record GroupIsDefault() implements HubRefusal {}

    record PolicyNotChanged(PolicyRefusal why) implements HubRefusal {
        @Override
        public String reason() {
            return why.reason();
        }
    }

    record AuthoritiesNotChanged(AuthorityRefusal why) implements HubRefusal {
        @Override
        public String reason() {
            return why.reason();
        }
    }

    /**
     * What happened and what to change, in sentences.
     *
     * @param commands of the hub that was to be changed
     */
    default String explain(Commands commands) {
        return switch (this) {
            case NameTaken(var name) ->
                "There is a hub '" + name + "' already. Choose another name, or delete that hub first.";
            case NameReserved(var name) -> "The name '" + name + "' is reserved. Choose another one.";
            case TooManyHubs(var max) -> "This installation has its " + max + " hubs. Delete one first.";
            case PartitionsOutOfRange(var wanted) ->
                "A hub has 1 to " + HubSettings.PARTITIONS_MAX + " partitions, and " + wanted + " were asked for.";
            case RetentionOutOfRange(var days) ->
                "A hub keeps telemetry for 1 to " + HubSettings.RETENTION_MAX_DAYS + " days, and " + days
                        + " were asked for.";
            case UnknownHub(var name) -> "There is no hub '" + name + "'.";
            case UnknownTlsPolicy(var policy) ->
                "There is no TLS policy '" + policy + "'. " + Commands.plain("policy list") + " shows those there are.";
            case GroupNameMalformed() ->
                "A consumer group's name has 1 to 50 ASCII letters, digits, '.', '-' or '_', and begins and ends with a"
                        + " letter or digit.";
            case GroupExists(var group) -> "The hub has the consumer group '" + group + "' already.";
            case TooManyGroups(var max) ->
                "The hub has its " + max + " consumer groups besides $Default. Delete one first.";
            case UnknownGroup(var group) -> "The hub has no consumer group '" + group + "'.";
            case PolicyNotChanged(var why) -> why.explain();
            case AuthoritiesNotChanged(var why) -> why.explain(commands);
            case GroupIsDefault() -> "Every hub has the consumer group $Default; it can't be deleted.";
        };
    }
}
