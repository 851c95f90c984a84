package dev.holdfast.insight.drill;

import dev.holdfast.pki.ServerChain;
import dev.holdfast.store.StoreException;
import dev.holdfast.store.Table;
import dev.holdfast.tls.hello.HelloShape;
import dev.holdfast.tls.identity.ChainChooser;
import dev.holdfast.tls.identity.ThisMachine;
import dev.holdfast.tls.policy.ServerKeyType;
import dev.holdfast.tls.report.DeviceConnected;
import dev.holdfast.tls.report.Report;
import dev.holdfast.wire.Connection;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.function.BiPredicate;
import java.util.function.LongSupplier;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.databind.json.JsonMapper;

/**
 * The drill of this installation: one at a time, kept until the next one begins, and over a restart.
 *
 * <p>{@link #choose}, {@link #refused} and {@link #connected} are quick and for any thread; the others block on the disk.
 */
public final class Drills implements ChainChooser {
    private static final Logger LOG = LoggerFactory.getLogger(Drills.class);
    private static final String SCOPE = "installation";
    private static final String KIND = "drill";
    private static final String KEY = "last";
    private static final String MEMBERS = "drill-member";
    private static final int ROWS = 500;

    /** Which names that clients ask for lead to the devices of a drill. */
    @FunctionalInterface
    public interface Names {
        /**
         * Any thread, quick.
         *
         * @param serverName what a client asks for (SNI); null when it names none
         * @return whether it leads to the world, and to no other hub
         */
        boolean leadTo(String hub, String world, @Nullable String serverName);
    }

    private final Table table;
    private final InstantSource clock;
    private final LongSupplier nanoTime;
    private final Names names;
    private final BiPredicate<String, String> isConnected;
    /** What handshakes look at; null until it is read. */
    private volatile @Nullable Drill last;

    private boolean isRead;

    /**
     * The last one is read when it is first asked for, not at the start; if it was running it goes on when it has a chain again.
     *
     * @param nanoTime as {@link System#nanoTime}
     * @param isConnected whether a device of a hub is connected now
     */
    public Drills(
            Table table,
            InstantSource clock,
            LongSupplier nanoTime,
            Names names,
            BiPredicate<String, String> isConnected) {
        this.table = table;
        this.clock = clock;
        this.nanoTime = nanoTime;
        this.names = names;
        this.isConnected = isConnected;
    }

    public Optional<Drill> last() {
        return Optional.ofNullable(read());
    }

    private synchronized @Nullable Drill read() {
        if (!isRead) {
            last = table.get(SCOPE, KIND, KEY)
                    .map(row ->
                            DrillDocument.read(JsonMapper.shared().readTree(row.value()), members(), clock, nanoTime))
                    .orElse(null);
            isRead = true;
        }
        return last;
    }

    private List<Member> members() {
        List<Member> members = new ArrayList<>();
        table.each(
                SCOPE,
                MEMBERS,
                row -> members.add(DrillDocument.member(JsonMapper.shared().readTree(row.value()))));
        return members;
    }

    /** Whether the last one goes on after a restart, and needs a chain for that. */
    public boolean lacksChain() {
        Drill drill = read();
        return drill != null && drill.lacksChain();
    }

    /**
     * Gives the chain that {@link #lacksChain} asks for.
     *
     * @param known all devices of all hubs
     */
    public void show(ServerChain chain, List<KnownDevice> known) {
        Drill drill = last;
        if (drill != null) {
            drill.show(chain, known);
        }
    }

    /**
     * Who would be of a drill.
     *
     * @param known all devices of all hubs
     */
    public Selection select(
            String hub, String world, ServerKeyType keyType, Cohort cohort, Collection<KnownDevice> known) {
        List<KnownDevice> fitting = known.stream()
                .filter(each -> each.hub().equals(hub) && cohort.includes(each))
                .toList();
        List<KnownDevice> shown = fitting.stream()
                .filter(each -> keyType.name().equals(each.keyType())
                        && names.leadTo(hub, world, each.serverName())
                        && !ThisMachine.isMeant(each.serverName(), each.source()))
                .toList();
        return new Selection(shown, fitting.size() - shown.size());
    }

    /**
     * Begins a new one.
     *
     * @param chosen the cohort, as {@link #select} says
     * @param known all devices of all hubs
     * @return null when one is under way already, which has to be ended first
     */
    public synchronized @Nullable Drill begin(
            DrillPlan plan, ServerChain chain, List<KnownDevice> chosen, List<KnownDevice> known) {
        Drill before = read();
        if (before != null && !before.state().isOver()) {
            return null;
        }
        clear();
        Drill drill = Drill.begin(plan, chain, chosen, known, clock, nanoTime);
        last = drill;
        store(drill);
        LOG.warn("a drill of root '{}' began in hub {}", plan.rootSubject(), plan.hub());
        return drill;
    }

    /** What the last one says of a device; empty when it was none of its cohort. */
    public Optional<Member> member(String hub, String device) {
        Drill drill = read();
        return drill == null || !drill.plan().hub().equals(hub) ? Optional.empty() : drill.member(device);
    }

    /**
     * Forgets a device for good; durable when this returns.
     *
     * @return whether it was in the cohort
     */
    public synchronized boolean forget(String hub, String device) {
        Drill drill = read();
        if (drill == null) {
            return false;
        }
        boolean known = drill.forget(hub, device);
        if (known) {
            table.transact(SCOPE, rows -> {
                rows.delete(MEMBERS, device);
                return null;
            });
        }
        store(drill);
        return known;
    }

    /** Forgets a hub for good: the drill of its devices ends, and nothing is left of it. */
    public void forgetHub(String hub) {
        forgetIf(drill -> drill.plan().hub().equals(hub));
    }

    /**
     * Forgets a drill whose hub is gone, and one that ended too long ago.
     *
     * @param hubExists by name
     */
    public void dropOld(Predicate<String> hubExists, Duration maxAge) {
        Instant oldest = clock.instant().minus(maxAge);
        forgetIf(drill -> {
            Instant ended = drill.ended();
            return !hubExists.test(drill.plan().hub()) || (ended != null && ended.isBefore(oldest));
        });
    }

    private synchronized void forgetIf(Predicate<Drill> isToGo) {
        Drill drill = read();
        if (drill != null && isToGo.test(drill)) {
            // For who holds it still.
            var _ = drill.finish();
            last = null;
            clear();
        }
    }

    private void clear() {
        List<Table.Row> rows;
        do {
            rows = table.list(SCOPE, MEMBERS, "", ROWS);
            List<Table.Row> some = rows;
            table.transact(SCOPE, transaction -> {
                some.forEach(row -> transaction.delete(MEMBERS, row.key()));
                transaction.delete(KIND, KEY);
                return null;
            });
        } while (rows.size() == ROWS);
    }

    /** Stores what changed. */
    public synchronized void store() {
        Drill drill = last;
        if (drill != null) {
            store(drill);
        }
    }

    private void store(Drill drill) {
        Drill.Changes changes = drill.takeChanges();
        if (changes.isNone()) {
            return;
        }
        try {
            write(drill, changes.members());
        } catch (StoreException e) {
            drill.giveBack(changes);
            throw e;
        }
    }

    private void write(Drill drill, List<Member> changed) {
        for (int from = 0; from == 0 || from < changed.size(); from += ROWS) {
            List<Member> some = changed.subList(from, Math.min(changed.size(), from + ROWS));
            table.transact(SCOPE, rows -> {
                some.forEach(member -> rows.put(
                        MEMBERS, member.device(), JsonMapper.shared().writeValueAsBytes(DrillDocument.of(member))));
                rows.put(KIND, KEY, JsonMapper.shared().writeValueAsBytes(DrillDocument.of(drill)));
                return null;
            });
        }
    }

    @Override
    public @Nullable ServerChain choose(
            Connection connection, @Nullable String serverName, HelloShape shape, ServerKeyType keyType) {
        Drill drill = last;
        if (drill == null
                || !drill.isRunning()
                || !names.leadTo(drill.plan().hub(), drill.plan().world(), serverName)) {
            return null;
        }
        return drill.choose(Place.of(connection, serverName, shape), keyType);
    }

    /** A connection was refused or ended. */
    public void refused(Report report) {
        Drill drill = last;
        if (drill != null) {
            drill.refused(report);
        }
    }

    /** A device was let in. */
    public void connected(DeviceConnected device) {
        Drill drill = last;
        if (drill != null) {
            drill.connected(device);
        }
    }

    /** What time brings: devices that stay away; and what changed is stored. Every second or so. */
    public void tick() {
        Drill drill = last;
        if (drill == null) {
            return;
        }
        drill.tick(device -> isConnected.test(drill.plan().hub(), device));
        try {
            store();
        } catch (StoreException e) {
            LOG.error("the drill's state can't be stored", e);
        }
    }
}
