package dev.holdfast.wire;

/**
 * Fired through the pipeline of every connection when the server stops: whoever has the connection takes nothing more, finishes
 * what it was given, says goodbye where its protocol has a word for that, and closes.
 */
public record EndRequested() {}
