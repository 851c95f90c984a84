package dev.holdfast.server.monitor;

import dev.holdfast.hub.Hub;
import dev.holdfast.hub.HubDirectory;
import dev.holdfast.hub.revocation.HeldList;
import dev.holdfast.hub.revocation.Revocation;
import io.prometheus.metrics.model.snapshots.MetricSnapshot;
import java.util.List;

/** What hubs know of revocations. The names in it are those of hubs and of the authorities that operators registered. */
public record RevocationMetrics(HubDirectory hubs) implements Exposition.Collector {
    @Override
    public List<MetricSnapshot> collect() {
        Family.Gauge next = Family.gauge(
                "holdfast_revocation_list_next_update_seconds",
                "When the next list of an authority is due, in seconds since 1970; a list is stale from then on");
        Family.Gauge entries =
                Family.gauge("holdfast_revocation_list_entries", "Certificates on the list of an authority");
        Family.Counter fetches = Family.counter("holdfast_revocation_list_fetches", "Attempts to fetch a list");
        Family.Counter answers =
                Family.counter("holdfast_ocsp_answers", "What OCSP responders said, unknown where they said nothing");
        Family.Counter unknown = Family.counter(
                "holdfast_revocation_unknown_allowed",
                "Judgements that let a certificate pass though nobody knows whether it was revoked");
        for (Hub hub : hubs.all()) {
            String name = hub.name().value();
            for (Revocation.Standing standing : hub.revocation().standings()) {
                HeldList held = standing.held();
                if (held != null) {
                    String authority = standing.issuer().name();
                    next.set(held.list().nextUpdate().getEpochSecond(), "hub", name, "authority", authority);
                    entries.set(held.list().entries(), "hub", name, "authority", authority);
                }
            }
            Revocation.Counts counts = hub.revocation().counts();
            fetches.add(counts.fetched(), "hub", name, "result", "success");
            fetches.add(counts.fetchesFailed(), "hub", name, "result", "failure");
            counts.answers().forEach((result, count) -> answers.add(count, "hub", name, "result", result));
            unknown.add(counts.allowedUnknown(), "hub", name);
        }
        return Family.snapshots(next, entries, fetches, answers, unknown);
    }
}
