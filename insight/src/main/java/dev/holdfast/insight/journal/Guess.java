package dev.holdfast.insight.journal;

import dev.holdfast.tls.peer.Offer;
import dev.holdfast.tls.report.Report;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Finds the likeliest device of a refused connection that named none, or none that there is. */
public interface Guess {
    /** @param offer what the client offered; null when its hello was not understood */
    Optional<LikelyDevice> of(Report report, @Nullable Offer offer);
}
