package dev.holdfast.server;

/** Whether a native library computes under the TLS engine. */
enum Acceleration {
    /** Where there is one for this system and it loads. */
    AUTO,
    /** Never. */
    OFF
}
