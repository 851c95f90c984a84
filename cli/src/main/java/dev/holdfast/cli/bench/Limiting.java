package dev.holdfast.cli.bench;

import dev.holdfast.cli.bench.ProcessUse.Used;
import org.jspecify.annotations.Nullable;

/** Who kept the result from being higher. */
public enum Limiting {
    /** The client had processor time to spare. */
    NOT_THE_CLIENT("the client had time to spare"),
    PERHAPS_THE_CLIENT("client and server were both saturated, so the client may be the limit"),
    THE_CLIENT(
            "the client is the limit: rates and latencies say little about the server, its CPU per operation still does");

    private static final double SATURATED = 0.9;

    private final String sentence;

    Limiting(String sentence) {
        this.sentence = sentence;
    }

    /** @param server null when it is not known: then a saturated client may be the limit */
    static Limiting judge(Used client, @Nullable Used server) {
        if (client.busy() <= SATURATED) {
            return NOT_THE_CLIENT;
        }
        return server == null || server.busy() > SATURATED ? PERHAPS_THE_CLIENT : THE_CLIENT;
    }

    public String sentence() {
        return sentence;
    }
}
