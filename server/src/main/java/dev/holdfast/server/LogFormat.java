package dev.holdfast.server;

/** How a line of the log is written. */
enum LogFormat {
    /** For people. */
    TEXT,
    /** An object a line, for programs that collect logs. */
    JSON
}
