package dev.holdfast.cli.bench;

import dev.holdfast.cli.bench.ProcessUse.Used;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Collects the figures of a result in the order in which they are shown. */
final class Measures {
    private final List<Measure> all = new ArrayList<>();

    Measures add(String name, String label, double value, String unit) {
        all.add(new Measure(name, label, value, unit));
        return this;
    }

    /** A number of things. */
    Measures addCount(String name, String label, long count) {
        return add(name, label, (double) count, "");
    }

    /** @param name begins the names, {@code label} the labels */
    Measures addLatency(String name, String label, LatencyHistogram latency) {
        if (latency.count() == 0) {
            return this;
        }
        for (double percent : new double[] {50, 90, 99, 99.9}) {
            String digits = percent == 99.9 ? "99.9" : Integer.toString((int) percent);
            add(
                    name + "P" + digits.replace(".", "") + "Micros",
                    label + " p" + digits,
                    latency.percentileNanos(percent) / 1e3,
                    "µs");
        }
        return add(name + "MaxMicros", label + " max", latency.maxNanos() / 1e3, "µs");
    }

    /** @param server null when its process is not known */
    Measures addProcessors(@Nullable Used server, Used client, long operations, String operation) {
        if (server != null) {
            add(
                    "serverCpuMicrosPer" + operation,
                    "server CPU per " + operation.toLowerCase(Locale.ROOT),
                    server.microsPer(operations),
                    "µs");
            add("serverBusyPercent", "server busy", 100 * server.busy(), "%");
        }
        add(
                "clientCpuMicrosPer" + operation,
                "client CPU per " + operation.toLowerCase(Locale.ROOT),
                client.microsPer(operations),
                "µs");
        return add("clientBusyPercent", "client busy", 100 * client.busy(), "%");
    }

    List<Measure> toList() {
        return List.copyOf(all);
    }
}
