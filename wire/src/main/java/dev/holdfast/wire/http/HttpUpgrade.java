package dev.holdfast.wire.http;

import dev.holdfast.wire.Mount;
import java.util.Map;

/** Another protocol to which a connection may be switched by a request for it (RFC 9110 section 7.8). */
@FunctionalInterface
public interface HttpUpgrade {
    /** Switches nothing. */
    HttpUpgrade NONE = _ -> new Verdict.NotAsked();

    /** What becomes of a request. */
    sealed interface Verdict {
        /** It is an ordinary request, for the faces. */
        record NotAsked() implements Verdict {}

        /** It is answered, and the connection closed behind the answer. */
        record Refused(HttpResponse answer) implements Verdict {}

        /**
         * It is answered with 101, and the connection is no longer one of HTTP.
         *
         * @param headers besides Connection
         * @param mount gets the connection, and what its client sent behind the request
         */
        record Accepted(Map<String, String> headers, Mount mount) implements Verdict {
            public Accepted {
                headers = Map.copyOf(headers);
            }
        }
    }

    /**
     * Judges a request before its body is read. Quick, no I/O; called on the event loop. Only a request without a body may be accepted.
     *
     * @param head the request with its own method, HEAD included, and without its body
     */
    Verdict judge(HttpRequest head);
}
