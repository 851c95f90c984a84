package dev.holdfast.hub.service.events;

import dev.holdfast.base.HubName;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Who reads which partition for which consumer group, over all connections: a reader with an epoch (an owner level) has the
 * partition alone, a higher or equal one takes it over, and without epochs a few may read side by side. Any thread.
 */
final class PartitionReaders {
    /** One partition of one hub, for one consumer group in lower case. */
    record Place(HubName hub, String group, int partition) {
        static Place of(HubName hub, String group, int partition) {
            return new Place(hub, group.toLowerCase(Locale.ROOT), partition);
        }
    }

    /** A reader that can be told to stop, on any thread. */
    @FunctionalInterface
    interface Seat {
        void stop(EventsRefusal why);
    }

    private record Taken(Seat seat, @Nullable Long epoch) {}

    private final int readersMax;
    private final Map<Place, List<Taken>> places = new HashMap<>();

    PartitionReaders(int readersMax) {
        this.readersMax = readersMax;
    }

    /**
     * Takes a seat, and has those stop that the new reader supersedes.
     *
     * @param epoch null for none
     * @return why there is no seat; null when it was taken
     */
    @Nullable
    EventsRefusal take(Place place, Seat seat, @Nullable Long epoch) {
        List<Taken> superseded = new ArrayList<>();
        synchronized (places) {
            List<Taken> taken = places.getOrDefault(place, List.of());
            long highest = taken.stream()
                    .mapToLong(reader -> reader.epoch() == null ? -1 : reader.epoch())
                    .max()
                    .orElse(-1);
            if (highest >= 0 && (epoch == null || epoch < highest)) {
                return new EventsRefusal.EpochTooLow(highest);
            }
            if (epoch == null && taken.size() >= readersMax) {
                return new EventsRefusal.TooManyReaders(readersMax);
            }
            List<Taken> now = new ArrayList<>();
            if (epoch == null) {
                now.addAll(taken);
            } else {
                superseded.addAll(taken);
            }
            now.add(new Taken(seat, epoch));
            places.put(place, now);
        }
        superseded.forEach(reader -> reader.seat().stop(new EventsRefusal.Superseded(epoch == null ? 0 : epoch)));
        return null;
    }

    /** Seats that are taken in a hub. */
    long count(HubName hub) {
        synchronized (places) {
            return places.entrySet().stream()
                    .filter(place -> place.getKey().hub().equals(hub))
                    .mapToLong(place -> place.getValue().size())
                    .sum();
        }
    }

    /** Gives a seat back; one that was superseded has none any more. */
    void leave(Place place, Seat seat) {
        synchronized (places) {
            List<Taken> left = new ArrayList<>(places.getOrDefault(place, List.of()));
            left.removeIf(reader -> reader.seat().equals(seat));
            if (left.isEmpty()) {
                places.remove(place);
            } else {
                places.put(place, left);
            }
        }
    }
}
