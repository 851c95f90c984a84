package dev.holdfast.insight.fleet;

import java.util.EnumMap;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Function;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * How many devices of each kind there are.
 *
 * @param clients by what clients call themselves, without the remarks in brackets behind it
 * @param stacks by the TLS library that they probably have
 * @param shapes by {@link KnownShape#id}
 */
public record FleetSummary(
        int devices,
        Map<String, Integer> clients,
        Map<String, Integer> stacks,
        Map<String, Integer> versions,
        Map<String, Integer> suites,
        Map<String, Integer> groups,
        Map<String, Integer> certificates,
        Map<String, Integer> shapes,
        Map<ClientOffer, Integer> offers,
        Map<ClientNeed, Integer> needs) {
    /** Of each kind the most frequent ones are named. */
    private static final int NAMES_MAX = 100;

    private static final Pattern REMARKS = Pattern.compile(" \\(|;");
    private static final String NONE = "(not known)";

    static FleetSummary of(Stream<FleetDevice> devices, Function<FleetDevice, Optional<KnownShape>> shapeOf) {
        Counting counting = new Counting();
        devices.forEach(device -> counting.add(device, shapeOf.apply(device)));
        return new FleetSummary(
                counting.devices,
                counting.clients.most(),
                counting.stacks.most(),
                counting.versions.most(),
                counting.suites.most(),
                counting.groups.most(),
                counting.certificates.most(),
                counting.shapes.most(),
                counting.offers,
                counting.needs);
    }

    /** What a client calls itself, as {@code azure-iot-device/1.18.2}. */
    public static String product(@Nullable String client) {
        return client == null ? NONE : REMARKS.split(client, 2)[0].strip();
    }

    private static final class Counts {
        private final Map<String, Integer> counts = new HashMap<>();

        void add(@Nullable String name) {
            counts.merge(Objects.requireNonNullElse(name, NONE), 1, Integer::sum);
        }

        Map<String, Integer> most() {
            Map<String, Integer> most = new LinkedHashMap<>();
            counts.entrySet().stream()
                    .sorted(Map.Entry.<String, Integer>comparingByValue()
                            .reversed()
                            .thenComparing(Map.Entry.comparingByKey()))
                    .limit(NAMES_MAX)
                    .forEach(entry -> most.put(entry.getKey(), entry.getValue()));
            return most;
        }
    }

    private static final class Counting {
        private int devices;
        private final Counts clients = new Counts();
        private final Counts stacks = new Counts();
        private final Counts versions = new Counts();
        private final Counts suites = new Counts();
        private final Counts groups = new Counts();
        private final Counts certificates = new Counts();
        private final Counts shapes = new Counts();
        private final Map<ClientOffer, Integer> offers = new EnumMap<>(ClientOffer.class);
        private final Map<ClientNeed, Integer> needs = new EnumMap<>(ClientNeed.class);

        Counting() {
            for (ClientOffer offer : ClientOffer.values()) {
                offers.put(offer, 0);
            }
            for (ClientNeed need : ClientNeed.values()) {
                needs.put(need, 0);
            }
        }

        void add(FleetDevice device, Optional<KnownShape> shape) {
            devices++;
            clients.add(product(device.client()));
            stacks.add(shape.map(KnownShape::stack).orElse(null));
            versions.add(device.version());
            suites.add(device.suite());
            groups.add(device.group());
            certificates.add(device.serverKey());
            shapes.add(device.shape());
            shape.ifPresent(known -> known.offers().forEach(offer -> offers.merge(offer, 1, Integer::sum)));
            for (ClientNeed need : ClientNeed.values()) {
                if (FleetQuery.needs(device, shape, need)) {
                    needs.merge(need, 1, Integer::sum);
                }
            }
        }
    }
}
