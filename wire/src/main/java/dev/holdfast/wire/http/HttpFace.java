package dev.holdfast.wire.http;

/** One API on the HTTPS port. Faces are asked in the order in which they were registered; the first that claims answers. */
public interface HttpFace {
    /** Whether the request's host and path are this face's. Quick, no I/O; called on the event loop. */
    boolean claims(HttpRequest request);

    /** Answers. May block: it has a virtual thread of its own. What it throws becomes a 500 and a log line. */
    HttpResponse answer(HttpRequest request);
}
