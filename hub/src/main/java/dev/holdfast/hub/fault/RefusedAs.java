package dev.holdfast.hub.fault;

/** As what a fault has requests refused. */
public enum RefusedAs {
    THROTTLED,
    OVER_QUOTA,
    UNAUTHORIZED
}
