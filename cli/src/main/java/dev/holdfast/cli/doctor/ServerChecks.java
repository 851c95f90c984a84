package dev.holdfast.cli.doctor;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.format.DateTimeParseException;
import tools.jackson.databind.JsonNode;

/** What the running server says of itself. */
public final class ServerChecks {
    /** The status has whole seconds. */
    private static final Duration SKEW_OK = Duration.ofSeconds(3);

    private final InstantSource clock;
    private final Duration skewMax;

    /** @param skewMax how far the clocks of a token's maker and the hub may differ */
    public ServerChecks(InstantSource clock, Duration skewMax) {
        this.clock = clock;
        this.skewMax = skewMax;
    }

    public static Finding reachable(JsonNode status, String url) {
        return Finding.ok("server", "Holdfast " + status.path("version").asString() + " answers at " + url + ".");
    }

    /** This machine's clock against the server's. */
    public Finding clock(JsonNode status) {
        Instant server;
        try {
            server = Instant.parse(status.path("startedAt").asString())
                    .plusSeconds(status.path("uptimeSeconds").asLong());
        } catch (DateTimeParseException _) {
            return Finding.unknown("clock", "The server does not say what time it has.");
        }
        Duration apart = Duration.between(server, clock.instant()).abs();
        if (apart.compareTo(SKEW_OK) <= 0) {
            return Finding.ok("clock", "The clocks of this machine and of the server agree.");
        }
        String what = "The clocks of this machine and of the server are " + apart.toSeconds() + " s apart";
        return apart.compareTo(skewMax) <= 0
                ? Finding.warning("clock", what + ": let both be set by the network.")
                : Finding.failed(
                        "clock",
                        what + ", and tokens are refused beyond " + skewMax.toSeconds()
                                + " s: set the one that is wrong.");
    }
}
