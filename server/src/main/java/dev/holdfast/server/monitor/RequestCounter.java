package dev.holdfast.server.monitor;

import dev.holdfast.wire.http.HttpFace;
import dev.holdfast.wire.http.HttpRequest;
import dev.holdfast.wire.http.HttpResponse;
import io.prometheus.metrics.model.snapshots.MetricSnapshot;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Counts the requests that faces answer, by operation and class of status. Any thread. */
public final class RequestCounter implements Exposition.Collector {
    private record Key(String operation, String status) {}

    private final Map<Key, LongAdder> counts = new ConcurrentHashMap<>();

    /**
     * The face, counted.
     *
     * @param operation names what a request asks for, by a word from a closed list
     */
    public HttpFace counted(HttpFace face, Function<HttpRequest, String> operation) {
        return new HttpFace() {
            @Override
            public boolean claims(HttpRequest request) {
                return face.claims(request);
            }

            @Override
            public @Nullable HttpResponse refusalOf(HttpRequest head) {
                HttpResponse refusal = face.refusalOf(head);
                if (refusal != null) {
                    count(operation.apply(head), refusal.status());
                }
                return refusal;
            }

            @Override
            public int bodyMaxBytes(HttpRequest head, int usual) {
                return face.bodyMaxBytes(head, usual);
            }

            @Override
            public HttpResponse answer(HttpRequest request) {
                // A face that throws becomes a 500.
                int status = 500;
                try {
                    HttpResponse answer = face.answer(request);
                    status = answer.status();
                    return answer;
                } finally {
                    count(operation.apply(request), status);
                }
            }
        };
    }

    private void count(String operation, int status) {
        counts.computeIfAbsent(new Key(operation, status / 100 + "xx"), _ -> new LongAdder())
                .increment();
    }

    @Override
    public List<MetricSnapshot> collect() {
        Family.Counter requests = Family.counter("holdfast_http_requests", "HTTPS requests that were answered");
        counts.forEach((key, count) -> requests.add(count.sum(), "operation", key.operation(), "status", key.status()));
        return List.of(requests.snapshot());
    }
}
