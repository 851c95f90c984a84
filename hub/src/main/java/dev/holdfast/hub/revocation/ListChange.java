package dev.holdfast.hub.revocation;

/** What became of a change of a hub's revocation lists. */
public sealed interface ListChange {
    /** @param ended connections that may not go on because of it */
    record Done(int ended) implements ListChange {}

    record Refused(ListRefusal why) implements ListChange {}
}
