package dev.holdfast.hub.command;

/** What a device says of a message that it was given. */
public enum Settlement {
    /** It has it: the message is gone. */
    COMPLETED,
    /** It will never take it: the message is gone. */
    REJECTED,
    /** It can't take it now: the message is given out again, so often and no more. */
    ABANDONED
}
