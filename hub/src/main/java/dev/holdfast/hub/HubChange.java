package dev.holdfast.hub;

/** What became of a wish to make, change or delete a hub. */
public sealed interface HubChange {
    /**
     * It is durable.
     *
     * @param connectionsEnded how many the change cut, where a change of settings cuts any
     */
    record Done(Hub hub, int connectionsEnded) implements HubChange {
        Done(Hub hub) {
            this(hub, 0);
        }
    }

    /** Nothing was changed. */
    record Refused(HubRefusal why) implements HubChange {}
}
