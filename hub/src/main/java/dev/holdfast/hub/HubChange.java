package dev.holdfast.hub;

/** What became of a wish to make, change or delete a hub. */
public sealed interface HubChange {
    /** It is durable. */
    record Done(Hub hub) implements HubChange {}

    /** Nothing was changed. */
    record Refused(HubRefusal why) implements HubChange {}
}
