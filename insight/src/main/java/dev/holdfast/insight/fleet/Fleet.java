package dev.holdfast.insight.fleet;

import dev.holdfast.base.Limits;
import dev.holdfast.insight.journal.Guess;
import dev.holdfast.insight.journal.LikelyDevice;
import dev.holdfast.store.Table;
import dev.holdfast.tls.hello.HelloShape;
import dev.holdfast.tls.peer.Offer;
import dev.holdfast.tls.report.DeviceConnected;
import dev.holdfast.tls.report.Report;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.NavigableSet;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What each device speaks: one record for each that was ever let in, held in memory, written behind, and bounded in number and
 * age. The record of who was not seen for longest gives way.
 *
 * <p>{@link #accept} is quick and for any thread. What was stored is read behind the start; whatever answers a question waits until
 * that is done.
 */
public final class Fleet implements Consumer<DeviceConnected>, Guess, AutoCloseable {
    /** How much room is made when there is none: to look for who was not seen for longest takes a while. */
    private static final double ROOM_SHARE = 0.01;

    private final Limits.Insight limits;
    private final InstantSource clock;
    private final Map<DeviceKey, FleetDevice> devices = new ConcurrentHashMap<>();
    private final NavigableSet<DeviceKey> order = new ConcurrentSkipListSet<>();
    private final Places places = new Places();
    private final Shapes shapes;
    private final FleetWriting writing;

    /** Begins to read what is there. */
    public Fleet(Table table, Limits.Insight limits, InstantSource clock) {
        this.limits = limits;
        this.clock = clock;
        this.shapes = new Shapes(limits.shapesMax());
        this.writing = new FleetWriting(new FleetRows(table), devices::get, shapes, this::load, this::makeRoom);
        writing.start();
    }

    private void load(FleetDevice stored) {
        // Who has been seen since the start is newer than its row.
        keep(stored.key(), fresh -> fresh == null ? stored : fresh.after(stored));
    }

    @Override
    public void accept(DeviceConnected connected) {
        HelloShape offered = Offer.of(connected.connection()).map(Offer::shape).orElse(null);
        FleetDevice seen = FleetDevice.of(connected, idOf(offered));
        keep(seen.key(), before -> before == null ? seen : seen.after(before));
        // It may have been forgotten meanwhile, because no device had it yet.
        var _ = idOf(offered);
        writing.changed(seen.key());
    }

    private @Nullable String idOf(@Nullable HelloShape offered) {
        KnownShape kept = offered == null ? null : shapes.keep(offered);
        return kept == null ? null : kept.id();
    }

    /** What a record becomes; null for none. */
    private interface Change {
        @Nullable
        FleetDevice of(@Nullable FleetDevice before);
    }

    private void keep(DeviceKey key, Change change) {
        devices.compute(key, (_, before) -> {
            FleetDevice now = change.of(before);
            places.moved(before, now);
            if (now == null) {
                order.remove(key);
            } else if (before == null) {
                order.add(key);
            }
            return now;
        });
    }

    /** What is known of a device; blocks until all that was stored is read. */
    public Optional<FleetDevice> get(String hub, String device) {
        writing.awaitLoaded();
        return Optional.ofNullable(devices.get(new DeviceKey(hub, device)));
    }

    /** As {@link #get}, of what came since the start as soon as that; never blocks. */
    public Optional<FleetDevice> latest(String hub, String device) {
        return Optional.ofNullable(devices.get(new DeviceKey(hub, device)));
    }

    /** The shape of a device's hello. */
    public Optional<KnownShape> shapeOf(FleetDevice device) {
        return shapes.find(device.shape());
    }

    /**
     * At most so many devices.
     *
     * @param after where the page before ended; empty for the first
     */
    public FleetPage find(FleetQuery query, String after, int max) {
        int wanted = Math.clamp(max, 1, limits.pageMax());
        List<FleetDevice> found = matching(query, after).limit(wanted + 1L).toList();
        return found.size() > wanted
                ? new FleetPage(
                        found.subList(0, wanted), found.get(wanted - 1).key().row())
                : new FleetPage(found, null);
    }

    /** All of them, in order. */
    public Stream<FleetDevice> all(FleetQuery query) {
        return matching(query, "");
    }

    private Stream<FleetDevice> matching(FleetQuery query, String after) {
        writing.awaitLoaded();
        int slash = after.indexOf('/');
        NavigableSet<DeviceKey> rest = slash < 0
                ? order
                : order.tailSet(new DeviceKey(after.substring(0, slash), after.substring(slash + 1)), false);
        return rest.stream()
                .map(devices::get)
                .flatMap(Stream::ofNullable)
                .filter(device -> query.matches(device, shapeOf(device)));
    }

    /** How many of each kind there are among those asked for. */
    public FleetSummary summary(FleetQuery query) {
        return FleetSummary.of(matching(query, ""), this::shapeOf);
    }

    /** How many devices are known. */
    public int size() {
        return devices.size();
    }

    /**
     * Notes for which refusal, by a policy that is only tried, a device was told of.
     *
     * @param mark null when it would not be refused
     * @return whether that is news
     */
    public boolean tell(String hub, String device, @Nullable String mark) {
        DeviceKey key = new DeviceKey(hub, device);
        FleetDevice now = devices.get(key);
        if (now == null || Objects.equals(now.told(), mark)) {
            return false;
        }
        keep(key, before -> before == null ? null : before.withTold(mark));
        writing.changed(key);
        return mark != null;
    }

    /**
     * Forgets a device and its modules, or one module, for good; durable when this returns. What connects again is known again.
     *
     * @param device its id, or {@code device/module}
     * @return whether any of it was known
     */
    public boolean forget(String hub, String device) {
        writing.awaitLoaded();
        List<DeviceKey> keys = new ArrayList<>(List.of(new DeviceKey(hub, device)));
        DeviceKey modules = new DeviceKey(hub, device + "/");
        order.tailSet(modules).stream()
                .takeWhile(key -> key.hub().equals(hub) && key.device().startsWith(modules.device()))
                .forEach(keys::add);
        boolean known = keys.stream().anyMatch(devices::containsKey);
        remove(keys);
        writing.flush();
        return known;
    }

    /**
     * Forgets who was not seen for too long, and whose hub is gone.
     *
     * @param hubExists by name
     */
    public void dropOld(Predicate<String> hubExists) {
        if (!writing.isLoaded()) {
            return;
        }
        Instant oldest = clock.instant().minus(limits.deviceMaxAge());
        remove(devices.values().stream()
                .filter(device -> device.lastSeen().isBefore(oldest) || !hubExists.test(device.hub()))
                .map(FleetDevice::key)
                .toList());
    }

    private void remove(List<DeviceKey> keys) {
        keys.forEach(key -> {
            keep(key, _ -> null);
            writing.changed(key);
        });
    }

    /** On the writing thread, before it writes. */
    private void makeRoom() {
        if (devices.size() > limits.devicesMax()) {
            int over = devices.size() - limits.devicesMax();
            remove(devices.values().stream()
                    .sorted((one, other) -> one.lastSeen().compareTo(other.lastSeen()))
                    .limit(over + (long) (limits.devicesMax() * ROOM_SHARE))
                    .map(FleetDevice::key)
                    .toList());
        }
        if (shapes.isFull()) {
            Set<String> used = devices.values().stream()
                    .map(FleetDevice::shape)
                    .flatMap(Stream::ofNullable)
                    .collect(Collectors.toSet());
            writing.deleteShapes(shapes.keepOnly(used));
        }
    }

    @Override
    public Optional<LikelyDevice> of(Report report, @Nullable Offer offer) {
        if (!writing.isLoaded()) {
            return Optional.empty();
        }
        String hub = report.hub();
        String named = report.device();
        if (hub != null && named != null) {
            DeviceKey key = new DeviceKey(hub, named);
            if (devices.containsKey(key)) {
                return Optional.empty();
            }
            Optional<DeviceKey> other = Optional.of(Places.lowerCase(key))
                    .filter(devices::containsKey)
                    .or(() -> places.inOtherCase(key));
            if (other.isPresent()) {
                return other.map(found -> likely(
                        found,
                        "it has the id that was named, but for capitals and small letters: ids are told by case"));
            }
        }
        String address = report.remoteAddress().getAddress().getHostAddress();
        return Optional.ofNullable(offer)
                .flatMap(seen -> places.onlyOne(address, seen.shape().id(), hub))
                .map(found -> likely(
                        found,
                        "it is the only device that last came from this address with exactly this ClientHello"
                                + lastSeen(found)));
    }

    private String lastSeen(DeviceKey key) {
        FleetDevice device = devices.get(key);
        return device == null ? "" : ", at " + device.lastSeen();
    }

    private static LikelyDevice likely(DeviceKey key, String why) {
        return new LikelyDevice(key.hub(), key.device(), why);
    }

    /** Stores what waits; for tests and for what must be durable. */
    public void flush() {
        writing.awaitLoaded();
        writing.flush();
    }

    /** Stores what waits, as long as that takes moments. */
    @Override
    public void close() {
        writing.close();
    }
}
