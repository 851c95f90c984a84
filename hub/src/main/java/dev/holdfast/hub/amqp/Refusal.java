package dev.holdfast.hub.amqp;

import dev.holdfast.base.Commands;

/** Why something was refused or ended on a connection, whichever part did it. Each part has a closed list of its own. */
public interface Refusal {
    /** Stable word for logs, metrics and reports. */
    String reason();

    /**
     * What happened and what to change, in sentences.
     *
     * @param commands of the hub that was asked for
     */
    String explain(Commands commands);

    /** As {@link #explain}, for the peer, who may have proved nothing. */
    default String told(Commands commands) {
        return explain(commands);
    }

    /** What AMQP calls it. */
    String condition();

    /** What the report keeps of it. */
    default Object details() {
        return this;
    }
}
