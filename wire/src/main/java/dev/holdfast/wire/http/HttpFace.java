package dev.holdfast.wire.http;

import org.jspecify.annotations.Nullable;

/** One API on the HTTPS port. Faces are asked in the order in which they were registered; the first that claims answers. */
public interface HttpFace {
    /** Whether the request's host and path are this face's. Quick, no I/O; called on the request's thread. */
    boolean claims(HttpRequest request);

    /**
     * Judges a claimed request by its head while its body waits to be read: a caller who may not come in, or asks for what there
     * is not, must not fill the server's memory. Asked only about requests that announce a body. May block, as
     * {@link #answer}, which is asked next and judges again, because a body may take minutes.
     *
     * @param head the request with an empty body
     * @return the answer of a refusal, behind which the connection is closed; null to have the body read
     */
    @Nullable
    HttpResponse refusalOf(HttpRequest head);

    /**
     * How long the body of a claimed request may be that was not refused by its head.
     *
     * @param usual what holds for most requests; more only where the caller proved who he is
     */
    default int bodyMaxBytes(HttpRequest head, int usual) {
        return usual;
    }

    /**
     * Answers. May block: it has a virtual thread of its own, and the connection's next request waits for it. What it throws
     * becomes a 500 with an id, and a log line with the same id and the cause.
     */
    HttpResponse answer(HttpRequest request);
}
