package dev.holdfast.cli.bench;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a bench found.
 *
 * @param bench {@code publish}, {@code command}, {@code handshake} or {@code idle}
 * @param settings the load: results with equal settings may be compared
 * @param notes what whoever reads the figures must know
 * @param failure why the run counts as failed although it has figures, as a sentence; null when it does not
 */
public record Result(
        String bench,
        Map<String, String> settings,
        List<Measure> measures,
        List<String> notes,
        @Nullable String failure) {}
