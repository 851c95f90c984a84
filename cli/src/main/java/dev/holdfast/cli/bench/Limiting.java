package dev.holdfast.cli.bench;

import dev.holdfast.cli.bench.ProcessUse.Used;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Who kept the result from being higher. */
public enum Limiting {
    /** The client had processor time to spare. */
    NOT_THE_CLIENT("the client had time to spare"),
    /** It had none to spare, because others had it. */
    THE_MACHINE("this machine had too few processors for all that ran, so it says little about who is the limit"),
    PERHAPS_THE_CLIENT("client and server were both saturated, so the client may be the limit"),
    THE_CLIENT(
            "the client is the limit: rates and latencies say little about the server, its CPU per operation still does");

    private static final double SATURATED = 0.9;
    private static final double SHORT = 0.1;

    private final String sentence;

    Limiting(String sentence) {
        this.sentence = sentence;
    }

    /** @param server null when it is not known: then a saturated client may be the limit */
    static Limiting judge(Used client, @Nullable Used server) {
        if (client.busy() <= SATURATED) {
            return waits(client, server).isEmpty() ? NOT_THE_CLIENT : THE_MACHINE;
        }
        return server == null || server.busy() > SATURATED ? PERHAPS_THE_CLIENT : THE_CLIENT;
    }

    /** Says who had work to do and no processor to do it on; empty when nobody. Latencies are worse for that. */
    static List<String> waits(Used client, @Nullable Used server) {
        List<String> notes = new ArrayList<>();
        addWait(notes, "client", client);
        if (server != null) {
            addWait(notes, "server", server);
        }
        return notes;
    }

    private static void addWait(List<String> notes, String who, Used used) {
        if (used.waiting() > SHORT) {
            notes.add("the " + who + " waited for a processor for " + Math.round(100 * used.waiting())
                    + " % of the time, so that rates and latencies are those of a busy machine");
        }
    }

    public String sentence() {
        return sentence;
    }
}
