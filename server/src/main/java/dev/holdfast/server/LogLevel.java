package dev.holdfast.server;

/** The least important lines that are logged. */
enum LogLevel {
    ERROR,
    WARN,
    INFO,
    DEBUG
}
