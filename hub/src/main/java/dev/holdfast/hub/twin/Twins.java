package dev.holdfast.hub.twin;

import dev.holdfast.base.HubName;
import dev.holdfast.base.Limits;
import dev.holdfast.base.ReasonCounters;
import dev.holdfast.hub.identity.Companion;
import dev.holdfast.hub.identity.Etag;
import dev.holdfast.hub.identity.Identity;
import dev.holdfast.hub.identity.Registry;
import dev.holdfast.hub.link.DeviceLinks;
import dev.holdfast.hub.link.Downlink;
import dev.holdfast.hub.throttle.Gate;
import dev.holdfast.hub.throttle.GateRefusal;
import dev.holdfast.hub.throttle.Operation;
import dev.holdfast.hub.twin.TwinRefusal.ReportedVersionMismatch;
import dev.holdfast.hub.twin.TwinRefusal.TwinDeviceMissing;
import dev.holdfast.hub.twin.TwinRefusal.TwinEtagMismatch;
import dev.holdfast.hub.twin.TwinRefusal.TwinModuleMissing;
import dev.holdfast.hub.twin.TwinRefusal.TwinTooLarge;
import dev.holdfast.hub.twin.TwinResult.Found;
import dev.holdfast.hub.twin.TwinResult.Refused;
import dev.holdfast.store.Table;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * The twins of one hub. Every registered identity has one from the moment it is made; it takes room only once somebody writes it,
 * and goes with its identity.
 *
 * <p>Conditions are judged inside the transaction that acts on them. A change of desired properties is durable before its device is
 * told, and devices are told in the order of the versions; one that is not connected, or does not listen, is told nothing later: it
 * reads its twin when it comes back.
 *
 * <p>Any thread; every method may block on the disk.
 */
public final class Twins {
    private static final int STRIPES = 64;

    private final Table table;
    private final HubName hub;
    private final Registry registry;
    private final DeviceLinks links;
    private final InstantSource clock;
    private final SecureRandom random;
    private final Limits.Twin limits;
    private final TwinReader reader;
    private final Gate gate;
    private final Semaphore working;
    private final LongAdder reads = new LongAdder();
    private final LongAdder writes = new LongAdder();
    private final LongAdder reports = new LongAdder();
    private final TwinChanges changes;
    private final ReasonCounters refused = new ReasonCounters(TwinRefusal.class);

    /** Held while desired properties of some identities are changed and told of, so that they are told in order. */
    private final List<ReentrantLock> stripes = new ArrayList<>();

    /** Of whose changes nobody is told but their devices. */
    public Twins(
            Table table,
            HubName hub,
            Registry registry,
            DeviceLinks links,
            InstantSource clock,
            SecureRandom random,
            Limits.Twin limits) {
        this(table, hub, registry, links, clock, random, limits, TwinChanges.UNTOLD, Gate.open());
    }

    /**
     * @param random makes etags
     * @param changes told of every change
     * @param gate asked before each read and change, except those that the hub does by itself
     */
    public Twins(
            Table table,
            HubName hub,
            Registry registry,
            DeviceLinks links,
            InstantSource clock,
            SecureRandom random,
            Limits.Twin limits,
            TwinChanges changes,
            Gate gate) {
        this.changes = changes;
        this.gate = gate;
        this.table = table;
        this.hub = hub;
        this.registry = registry;
        this.links = links;
        this.clock = clock;
        this.random = random;
        this.limits = limits;
        this.reader = new TwinReader(limits);
        this.working = new Semaphore(limits.workingMax(), true);
        for (int i = 0; i < STRIPES; i++) {
            stripes.add(new ReentrantLock());
        }
    }

    /** Reads what clients send, within the bounds of these twins. */
    public TwinReader reader() {
        return reader;
    }

    /**
     * What happened to the twins of one hub since it was opened.
     *
     * @param writes changes by services
     * @param reports changes by devices and modules
     * @param refused reads and changes that were refused, by reason
     */
    public record Counts(long reads, long writes, long reports, Map<String, Long> refused) {
        public Counts {
            refused = Map.copyOf(refused);
        }
    }

    public Counts counts() {
        return new Counts(reads.sum(), writes.sum(), reports.sum(), refused.counts());
    }

    private TwinResult counted(LongAdder of, TwinResult result) {
        switch (result) {
            case Found _ -> of.increment();
            case Refused(var why) -> refused.count(why.reason());
        }
        return result;
    }

    public TwinResult find(Identity identity) {
        TwinRefusal fault = faultOfPassing(Operation.TWIN_READ, identity);
        return counted(reads, fault == null ? found(identity) : new Refused(fault));
    }

    private @Nullable TwinRefusal faultOfPassing(Operation operation, Identity identity) {
        GateRefusal why = gate.pass(operation, identity.device(), 1);
        return why == null ? null : new TwinRefusal.NotPassed(why);
    }

    private TwinResult found(Identity identity) {
        // Without a transaction, which would wait for writers: a row of another generation than this counts as none.
        String generation = registry.generation(identity).orElse(null);
        if (generation == null) {
            boolean ofDevice =
                    registry.generation(Identity.of(identity.device())).isPresent();
            return new Refused(missing(identity, ofDevice));
        }
        return new Found(read(this::get, identity, generation).twin());
    }

    private Optional<Table.Row> get(String kind, String key) {
        return table.get(hub.value(), kind, key);
    }

    /** As {@link #find}, for a device: only so many are worked on at once, and one that the gate holds up is none of them. */
    public TwinResult findInTurn(Identity identity) {
        TwinRefusal fault = faultOfPassing(Operation.TWIN_READ, identity);
        return counted(reads, fault == null ? inTurn(() -> found(identity)) : new Refused(fault));
    }

    /** As {@link #apply}, for a device; see {@link #findInTurn}. */
    public TwinResult applyInTurn(TwinRequest.Report request) {
        TwinRefusal fault = faultOfPassing(Operation.TWIN_WRITE, request.identity());
        return counted(reports, fault == null ? inTurn(() -> report(request)) : new Refused(fault));
    }

    /** As {@link TwinReader#read(byte[])}, for a device; see {@link #findInTurn}. */
    public TwinReader.Read readInTurn(byte[] content) {
        return inTurn(() -> reader.read(content));
    }

    private <R> R inTurn(Supplier<R> work) {
        working.acquireUninterruptibly();
        try {
            return work.get();
        } finally {
            working.release();
        }
    }

    public TwinResult apply(TwinRequest request) {
        TwinRefusal fault = faultOfPassing(Operation.TWIN_WRITE, request.identity());
        return switch (request) {
            case TwinRequest.ByService write -> counted(writes, fault == null ? write(write) : new Refused(fault));
            case TwinRequest.Report report -> counted(reports, fault == null ? report(report) : new Refused(fault));
        };
    }

    private TwinResult write(TwinRequest.ByService request) {
        Instant now = now();
        String etag = Etag.of(random.nextLong());
        ReentrantLock stripe = stripes.get(Math.floorMod(request.identity().hashCode(), STRIPES));
        stripe.lock();
        try {
            Changed changed = table.transact(hub.value(), rows -> write(rows, request, now, etag));
            changes.committed();
            Downlink downlink = changed.downlink();
            if (downlink != null) {
                links.find(request.identity()).ifPresent(link -> link.send(downlink));
            }
            return changed.result();
        } finally {
            stripe.unlock();
        }
    }

    /** @param downlink what the device is told */
    private record Changed(TwinResult result, @Nullable Downlink downlink) {
        Changed(TwinRefusal why) {
            this(new Refused(why), null);
        }
    }

    private Changed write(Table.Transaction rows, TwinRequest.ByService request, Instant now, String etag) {
        Identity identity = request.identity();
        String generation = registry.generation(rows, identity).orElse(null);
        if (generation == null) {
            return new Changed(missing(rows, identity));
        }
        Stored stored = read(rows::get, identity, generation);
        if (!request.precondition().allows(stored.written().etag())) {
            return new Changed(new TwinEtagMismatch(identity));
        }
        return switch (request) {
            case TwinRequest.Write(var _, var _, var tags, var desired) ->
                write(rows, stored, tags, desired, now, etag);
            case TwinRequest.Derive(var _, var _, var rule) ->
                switch (rule.of(stored.twin())) {
                    case DesiredRule.Outcome.Merge(var content) ->
                        write(rows, stored, null, new SectionChange.Merge(content), now, etag);
                    case DesiredRule.Outcome.Nothing() -> write(rows, stored, null, null, now, etag);
                    case DesiredRule.Outcome.Refused(var why) -> new Changed(why);
                };
        };
    }

    private Changed write(
            Table.Transaction rows,
            Stored stored,
            @Nullable SectionChange tags,
            @Nullable SectionChange desired,
            Instant now,
            String etag) {
        if (tags == null && desired == null) {
            return new Changed(new Found(stored.twin()), null);
        }
        TwinRows.Written next = changed(stored.written(), tags, desired, now, etag);
        TwinRefusal fault = faultOf(next);
        if (fault != null) {
            return new Changed(fault);
        }
        Identity identity = stored.identity();
        rows.put(TwinRows.KIND, identity.toString(), TwinRows.bytes(next));
        Twin after = new Stored(identity, next, stored.reported()).twin();
        if (changes.areTwinChangesWanted()) {
            changes.changed(rows, identity, TwinNotification.written(after, tags, desired));
        }
        return new Changed(
                new Found(after),
                desired == null ? null : told(desired, stored.written().desired(), next.desired()));
    }

    private static TwinRows.Written changed(
            TwinRows.Written before,
            @Nullable SectionChange tags,
            @Nullable SectionChange desired,
            Instant now,
            String etag) {
        return new TwinRows.Written(
                before.generation(),
                etag,
                before.writes() + 1,
                tags == null ? before.tags() : changed(before.tags(), tags),
                desired == null ? before.desired() : before.desired().changed(desired, now));
    }

    private static ObjectNode changed(ObjectNode tags, SectionChange change) {
        // Tags are merged as properties are, and nobody asks when.
        Stamp unseen = new Stamp(TwinTime.NEVER, 0);
        return new Section(0, tags, Updates.none(unseen))
                .changed(change, unseen.time())
                .values();
    }

    private @Nullable TwinRefusal faultOf(TwinRows.Written twin) {
        int tags = TwinSize.of(twin.tags());
        if (tags > limits.tagsMaxBytes()) {
            return new TwinTooLarge(TwinSection.TAGS, tags, limits.tagsMaxBytes());
        }
        int desired = TwinSize.of(twin.desired().values());
        return desired > limits.desiredMaxBytes()
                ? new TwinTooLarge(TwinSection.DESIRED, desired, limits.desiredMaxBytes())
                : null;
    }

    private static Downlink told(SectionChange change, Section before, Section after) {
        ObjectNode patch =
                MergePatch.of(change, before.values(), after.values()).put("$version", after.version());
        return new Downlink.DesiredChanged(after.version(), patch.toString().getBytes(StandardCharsets.UTF_8));
    }

    private TwinResult report(TwinRequest.Report request) {
        Instant now = now();
        TwinResult result = table.transact(hub.value(), rows -> {
            Identity identity = request.identity();
            String generation = registry.generation(rows, identity).orElse(null);
            if (generation == null || !generation.equals(request.generation())) {
                return new Refused(missing(rows, identity));
            }
            Stored stored = read(rows::get, identity, generation);
            Section before = stored.reported().reported();
            Long expected = request.expectedVersion();
            if (expected != null && expected != before.version()) {
                return new Refused(new ReportedVersionMismatch(expected, before.version()));
            }
            Section next = before.changed(new SectionChange.Merge(request.content()), now);
            int bytes = TwinSize.of(next.values());
            if (bytes > limits.reportedMaxBytes()) {
                return new Refused(new TwinTooLarge(TwinSection.REPORTED, bytes, limits.reportedMaxBytes()));
            }
            TwinRows.Reported reported =
                    new TwinRows.Reported(generation, stored.reported().modelId(), next);
            rows.put(TwinRows.KIND_REPORTED, identity.toString(), TwinRows.bytes(reported));
            Twin after = new Stored(identity, stored.written(), reported).twin();
            if (changes.areTwinChangesWanted()) {
                changes.changed(rows, identity, TwinNotification.reported(after, request.content()));
            }
            return new Found(after);
        });
        changes.committed();
        return result;
    }

    /** Keeps the digital-twin model that an identity announced as it connected. Writes only what is new. */
    public void announce(Identity identity, String generation, String modelId) {
        Optional<TwinRows.Reported> known = table.get(hub.value(), TwinRows.KIND_REPORTED, identity.toString())
                .map(TwinRows::reported);
        if (known.isPresent()
                && known.get().generation().equals(generation)
                && modelId.equals(known.get().modelId())) {
            return;
        }
        table.transact(hub.value(), rows -> {
            boolean still = registry.generation(rows, identity)
                    .filter(generation::equals)
                    .isPresent();
            if (still) {
                Section reported =
                        read(rows::get, identity, generation).reported().reported();
                rows.put(
                        TwinRows.KIND_REPORTED,
                        identity.toString(),
                        TwinRows.bytes(new TwinRows.Reported(generation, modelId, reported)));
            }
            return still;
        });
    }

    /** What came of preparing a twin for an identity that is to be made. */
    public sealed interface Initial {
        /** @param companion stores it with the identity */
        record Ready(Companion companion) implements Initial {}

        record Refused(TwinRefusal why) implements Initial {}
    }

    /**
     * A twin to begin with, of version 1.
     *
     * @param tags null for none
     * @param desired as {@code tags}
     */
    public Initial initial(@Nullable TwinContent tags, @Nullable TwinContent desired) {
        Instant now = now();
        String etag = Etag.of(random.nextLong());
        ObjectNode begun = JsonNodeFactory.instance.objectNode();
        Section first = new Section(0, begun, Updates.none(new Stamp(TwinTime.NEVER, 0)));
        TwinRows.Written twin = new TwinRows.Written(
                "",
                etag,
                0,
                tags == null ? begun : changed(begun, new SectionChange.Replace(tags)),
                desired == null ? Section.NEW : first.changed(new SectionChange.Replace(desired), now));
        TwinRefusal fault = faultOf(twin);
        return fault != null
                ? new Initial.Refused(fault)
                : new Initial.Ready((rows, identity, generation) -> rows.put(
                        TwinRows.KIND,
                        identity.toString(),
                        TwinRows.bytes(new TwinRows.Written(generation, etag, 0, twin.tags(), twin.desired()))));
    }

    /** Both rows of a twin. */
    private record Stored(Identity identity, TwinRows.Written written, TwinRows.Reported reported) {
        Twin twin() {
            return new Twin(
                    identity,
                    written.generation(),
                    written.etag(),
                    written.writes() + reported.reported().version(),
                    reported.modelId(),
                    written.tags(),
                    written.desired(),
                    reported.reported());
        }
    }

    /** Finds a row by kind and key. */
    private interface Lookup {
        Optional<Table.Row> get(String kind, String key);
    }

    /** The twin of an identity that is registered under this generation, as a transaction sees it. */
    public static Twin read(Table.Transaction rows, Identity identity, String generation) {
        return read(rows::get, identity, generation).twin();
    }

    /** What is stored, else what a twin begins with. A row of an earlier generation counts as none. */
    private static Stored read(Lookup rows, Identity identity, String generation) {
        TwinRows.Written written = rows.get(TwinRows.KIND, identity.toString())
                .map(TwinRows::written)
                .filter(row -> row.generation().equals(generation))
                .orElseGet(() -> new TwinRows.Written(
                        generation, firstEtag(generation), 0, JsonNodeFactory.instance.objectNode(), Section.NEW));
        TwinRows.Reported reported = rows.get(TwinRows.KIND_REPORTED, identity.toString())
                .map(TwinRows::reported)
                .filter(row -> row.generation().equals(generation))
                .orElseGet(() -> new TwinRows.Reported(generation, null, Section.NEW));
        return new Stored(identity, written, reported);
    }

    /** Of a twin that nobody wrote: the same each time it is read, and another for an identity that is made again. */
    private static String firstEtag(String generation) {
        long hash = 0xcbf29ce484222325L;
        for (byte each : generation.getBytes(StandardCharsets.UTF_8)) {
            hash = (hash ^ each) * 0x100000001b3L;
        }
        return Etag.of(hash);
    }

    private TwinRefusal missing(Table.Transaction rows, Identity identity) {
        return missing(
                identity,
                registry.generation(rows, Identity.of(identity.device())).isPresent());
    }

    /** @param ofDevice whether its device is registered */
    private static TwinRefusal missing(Identity identity, boolean ofDevice) {
        return identity.module() == null || !ofDevice
                ? new TwinDeviceMissing(identity.device())
                : new TwinModuleMissing(identity);
    }

    /** Stamps are kept to the millisecond. */
    private Instant now() {
        return Instant.ofEpochMilli(clock.millis());
    }
}
