package dev.holdfast.wire.http;

/** Which versions of HTTP a server answers. */
public enum HttpVersions {
    ONLY_1_1,
    /**
     * HTTP/1.0 besides, with or without a Host field, and one request a connection: many programs that only ask whether a server is
     * well speak no more. Not where the Host field says whose request it is.
     */
    ALSO_1_0
}
