package dev.holdfast.tls.trace;

/** Who sent something. */
public enum Side {
    CLIENT,
    SERVER
}
