package dev.holdfast.insight.drill;

/** What became of the last connection that was shown the chain in place of a device. */
enum Attempt {
    /** There was none. */
    NONE,
    /** Nothing is known of its end. */
    OPEN,
    /** The client went on after the handshake and was not let in. */
    SPOKE,
    /** It ended without a word. */
    GONE
}
