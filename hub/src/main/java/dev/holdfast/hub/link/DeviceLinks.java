package dev.holdfast.hub.link;

import dev.holdfast.base.DeviceId;
import dev.holdfast.hub.identity.CertificateProof;
import dev.holdfast.hub.identity.Identity;
import dev.holdfast.hub.identity.KeyProof;
import dev.holdfast.hub.identity.Proof;
import java.net.InetSocketAddress;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Which identity of a hub is connected where. One connection for each; the newest wins and the older one is ended.
 *
 * <p>Any thread.
 */
public final class DeviceLinks {
    private static final class Held {
        final DeviceLink link;
        private boolean told;

        Held(DeviceLink link) {
            this.link = link;
        }

        DeviceLink link() {
            return link;
        }
    }

    private final Map<Identity, Held> links = new ConcurrentHashMap<>();
    private final ConnectionChanges changes;
    private volatile @Nullable LinkEnd closed;

    /** Of whose connections nobody is told. */
    public DeviceLinks() {
        this(ConnectionChanges.UNTOLD);
    }

    public DeviceLinks(ConnectionChanges changes) {
        this.changes = changes;
    }

    /**
     * Enters a connection that was let in, ending an older one of the same identity first.
     *
     * @return closes the entry; does nothing when a newer connection took it over
     */
    public Registration register(Identity identity, DeviceLink link, InetSocketAddress address) {
        Held held = new Held(link);
        AtomicReference<@Nullable Held> superseded = new AtomicReference<>();
        // Told inside, so that the changes of one identity are told in the order in which they are made.
        links.compute(identity, (_, older) -> {
            superseded.set(older);
            if (older == null) {
                changes.connected(identity);
            }
            return held;
        });
        Held older = superseded.get();
        if (older != null) {
            older.link().end(new LinkEnd.SupersededByNewConnection(address));
        }
        // Read after the entry was made: either this sees the end, or endAll sees the entry.
        LinkEnd end = closed;
        if (end != null) {
            link.end(end);
        }
        return () -> links.computeIfPresent(identity, (_, now) -> {
            if (now != held) {
                return now;
            }
            tellOfEnd(identity, held);
            return null;
        });
    }

    /** Once for each entry; while it can't change. */
    private void tellOfEnd(Identity identity, Held held) {
        if (!held.told) {
            held.told = true;
            changes.disconnected(identity);
        }
    }

    /** The connection of an identity, which may end at any time. */
    public Optional<DeviceLink> find(Identity identity) {
        return Optional.ofNullable(links.get(identity)).map(Held::link);
    }

    public boolean isConnected(Identity identity) {
        return links.containsKey(identity);
    }

    public int count() {
        return links.size();
    }

    /** Connections by protocol; looks at each of them. */
    public Map<String, Long> countByProtocol() {
        return links.values().stream()
                .collect(Collectors.groupingBy(held -> held.link().protocol(), Collectors.counting()));
    }

    /** Ends the connections of a device and of its modules. */
    public void endDevice(DeviceId device, LinkEnd why) {
        links.forEach((identity, held) -> {
            if (identity.device().equals(device)) {
                held.link().end(why);
            }
        });
    }

    /** Ends the connection of one identity: of a device not those of its modules. */
    public void end(Identity identity, LinkEnd why) {
        Held held = links.get(identity);
        if (held != null) {
            held.link().end(why);
        }
    }

    /** Ends the connection of one identity if a key let it in that is such that it would not now. */
    public void endLetInByKey(Identity identity, Predicate<KeyProof> withdrawn, LinkEnd why) {
        Held held = links.get(identity);
        if (held != null && held.link().proof() instanceof KeyProof key && withdrawn.test(key)) {
            held.link().end(why);
        }
    }

    /** Ends the connections whose certificates are such that they would not be let in now, or might not. */
    public int endLetInBy(Predicate<CertificateProof> withdrawn, LinkEnd why) {
        return endEach(
                proof -> proof instanceof CertificateProof certificates && withdrawn.test(certificates) ? why : null);
    }

    /**
     * Ends some connections, each for a reason of its own.
     *
     * @param endOf why one that came in by this ends; null when it stays
     * @return how many are ended
     */
    public int endEach(Function<Proof, @Nullable LinkEnd> endOf) {
        int ended = 0;
        for (Held held : links.values()) {
            LinkEnd why = endOf.apply(held.link().proof());
            if (why != null) {
                held.link().end(why);
                ended++;
            }
        }
        return ended;
    }

    /**
     * Ends every connection, and at once each that is entered later: the hub is going away. They are told of before this returns, since
     * there may be nobody to tell when they are gone.
     */
    public void endAll(LinkEnd why) {
        closed = why;
        links.values().forEach(held -> held.link().end(why));
        links.keySet()
                .forEach(identity -> links.computeIfPresent(identity, (_, held) -> {
                    tellOfEnd(identity, held);
                    return held;
                }));
    }

    /** A connection's place among the links. */
    @FunctionalInterface
    public interface Registration extends AutoCloseable {
        @Override
        void close();
    }
}
