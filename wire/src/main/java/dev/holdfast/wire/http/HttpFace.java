package dev.holdfast.wire.http;

/** One API on the HTTPS port. Faces are asked in the order in which they were registered; the first that claims answers. */
public interface HttpFace {
    /** Whether the request's host and path are this face's. Quick, no I/O; called on the request's thread. */
    boolean claims(HttpRequest request);

    /**
     * Answers. May block: it has a virtual thread of its own, and the connection's next request waits for it. What it throws
     * becomes a 500 with an id, and a log line with the same id and the cause.
     */
    HttpResponse answer(HttpRequest request);
}
