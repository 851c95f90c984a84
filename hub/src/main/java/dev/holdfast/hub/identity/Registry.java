package dev.holdfast.hub.identity;

import dev.holdfast.base.DeviceId;
import dev.holdfast.base.HubName;
import dev.holdfast.base.Limits;
import dev.holdfast.hub.identity.RegistryRefusal.DeviceExists;
import dev.holdfast.hub.identity.RegistryRefusal.DeviceMissing;
import dev.holdfast.hub.identity.RegistryRefusal.DeviceWithoutKeys;
import dev.holdfast.hub.identity.RegistryRefusal.EtagMismatch;
import dev.holdfast.hub.identity.RegistryRefusal.StatusReasonTooLong;
import dev.holdfast.hub.identity.RegistryRequest.Create;
import dev.holdfast.hub.identity.RegistryRequest.Delete;
import dev.holdfast.hub.identity.RegistryRequest.RenewKeys;
import dev.holdfast.hub.identity.RegistryRequest.Replace;
import dev.holdfast.hub.identity.RegistryResult.Done;
import dev.holdfast.hub.identity.RegistryResult.Refused;
import dev.holdfast.hub.throttle.Gate;
import dev.holdfast.hub.throttle.GateRefusal;
import dev.holdfast.hub.throttle.Operation;
import dev.holdfast.store.Table;
import java.security.SecureRandom;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.function.BiFunction;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The devices of one hub and their modules, kept in the state store under the hub's scope.
 *
 * <p>Conditions are judged inside the transaction that acts on them, so of two callers who read the same version one is refused.
 * What other parts store for a device goes with it, in the same transaction.
 *
 * <p>Any thread; every method may block on the disk.
 */
public final class Registry {
    static final String KIND = "device";

    /** One empty row for each disabled device, so that they can be counted without reading them all. */
    static final String KIND_DISABLED = "device-disabled";

    private final Table table;
    private final HubName hub;
    private final InstantSource clock;
    private final SecureRandom random;
    private final Limits.Registry limits;
    private final Consumer<RegistryChange> changes;
    private final ModuleRegistry modules;
    private final Lifecycle lifecycle;
    private final Gate gate;

    /** Of whose devices nobody is told when they come and go. */
    public Registry(
            Table table,
            HubName hub,
            InstantSource clock,
            SecureRandom random,
            Limits.Registry limits,
            Consumer<RegistryChange> changes) {
        this(table, hub, clock, random, limits, changes, Lifecycle.UNTOLD, Gate.open());
    }

    /**
     * @param random makes keys and generations
     * @param changes told of every durable change after which a device may not stay connected, on the thread of the caller who
     *     made it; what it throws reaches that caller
     * @param lifecycle told of every device and module that is made or deleted
     * @param gate asked by {@link #admit}
     */
    public Registry(
            Table table,
            HubName hub,
            InstantSource clock,
            SecureRandom random,
            Limits.Registry limits,
            Consumer<RegistryChange> changes,
            Lifecycle lifecycle,
            Gate gate) {
        this.lifecycle = lifecycle;
        this.gate = gate;
        this.table = table;
        this.hub = hub;
        this.clock = clock;
        this.random = random;
        this.limits = limits;
        this.changes = changes;
        this.modules = new ModuleRegistry(table, hub, random, limits, changes, lifecycle);
    }

    /** The modules of these devices. */
    public ModuleRegistry modules() {
        return modules;
    }

    /**
     * Asks whether a back end may do something here now. Operators and the hub itself don't ask.
     *
     * @param device whom it is about; null where that is more than one
     * @param operations how many identities are read or changed; a list counts as one
     * @return why not; null when it may
     */
    public @Nullable RegistryRefusal admit(@Nullable DeviceId device, int operations) {
        GateRefusal why = gate.pass(Operation.REGISTRY, device, operations);
        return why == null ? null : new RegistryRefusal.NotPassed(why);
    }

    public Optional<Device> find(DeviceId id) {
        return table.get(hub.value(), KIND, id.value()).map(DeviceRow::read);
    }

    /** Which making of an identity is registered now; empty when none is. */
    public Optional<String> generation(Identity identity) {
        return generation((kind, key) -> table.get(hub.value(), kind, key), identity);
    }

    /** As {@link #generation(Identity)}, as a transaction of the hub's scope sees it. */
    public Optional<String> generation(Table.Transaction rows, Identity identity) {
        return generation(rows::get, identity);
    }

    private static Optional<String> generation(
            BiFunction<String, String, Optional<Table.Row>> rows, Identity identity) {
        return identity.module() == null
                ? rows.apply(KIND, identity.toString()).map(DeviceRow::read).map(Device::generation)
                : rows.apply(ModuleRegistry.KIND, identity.toString())
                        .map(ModuleRow::read)
                        .map(DeviceModule::generation);
    }

    /**
     * The devices whose id is greater than {@code afterId}, in the order of their ids.
     *
     * @param afterId empty for the first page
     * @param max at most {@link Limits.Registry#pageMax}; a greater one counts as that
     */
    public List<Device> list(String afterId, int max) {
        int rows = Math.min(max, limits.pageMax());
        return table.list(hub.value(), KIND, afterId, rows).stream()
                .map(DeviceRow::read)
                .toList();
    }

    /** The ids of all devices, in their order: for a hundred thousand, some tenths of a second. */
    public List<String> ids() {
        List<String> ids = new ArrayList<>();
        table.each(hub.value(), KIND, row -> ids.add(row.key()));
        return ids;
    }

    public RegistryStatistics statistics() {
        // In a transaction, so that both numbers are of the same moment.
        return table.transact(hub.value(), rows -> new RegistryStatistics(rows.count(KIND), rows.count(KIND_DISABLED)));
    }

    public RegistryResult apply(RegistryRequest request) {
        return applyAll(List.of(request)).getFirst();
    }

    /**
     * Makes several changes in one transaction. Each is judged by itself: one that is refused does not keep the others from being
     * made.
     *
     * @return the results in the order of the requests
     */
    public List<RegistryResult> applyAll(List<RegistryRequest> requests) {
        List<Prepared> prepared = requests.stream().map(this::prepare).toList();
        List<Applied> all = table.transact(hub.value(), rows -> {
            List<Applied> made = new ArrayList<>(prepared.size());
            prepared.forEach(change -> made.add(apply(rows, change)));
            return made;
        });
        lifecycle.committed();
        for (int i = 0; i < all.size(); i++) {
            if (all.get(i).result() instanceof Done(var device)) {
                tell(requests.get(i), all.get(i).before(), device);
            }
        }
        return all.stream().map(Applied::result).toList();
    }

    /** @param before the device as it was, null when there was none */
    private record Applied(@Nullable Device before, RegistryResult result) {}

    private void tell(RegistryRequest request, @Nullable Device before, Device device) {
        switch (request) {
            case Delete delete -> changes.accept(new RegistryChange.DeviceDeleted(delete.id()));
            case Create _, Replace _, RenewKeys _ -> {
                // Told again of one that was disabled before, because a connection may have slipped in between.
                if (!device.enabled()) {
                    changes.accept(new RegistryChange.DeviceDisabled(device.id()));
                } else if (before != null) {
                    RegistryChange change = RegistryChange.between(
                            Identity.of(device.id()), before.authentication(), device.authentication());
                    if (change != null) {
                        changes.accept(change);
                    }
                }
            }
        }
    }

    /** A request with everything that is random or of the moment, because the transaction may run more than once. */
    private record Prepared(RegistryRequest request, FreshCredentials fresh, Instant now) {}

    private Prepared prepare(RegistryRequest request) {
        return new Prepared(request, FreshCredentials.of(random), clock.instant());
    }

    private Applied apply(Table.Transaction rows, Prepared change) {
        Device stored = rows.get(KIND, change.request().id().value())
                .map(DeviceRow::read)
                .orElse(null);
        return new Applied(stored, apply(rows, change, stored));
    }

    private RegistryResult apply(Table.Transaction rows, Prepared change, @Nullable Device stored) {
        return switch (change.request()) {
            case Create(var wanted, var companion) ->
                stored == null ? create(rows, wanted, change, companion) : new Refused(new DeviceExists(wanted.id()));
            case Replace(var wanted, var precondition) -> {
                RegistryRefusal fault = faultOf(wanted.id(), stored, precondition);
                yield fault == null ? write(rows, wanted, change, stored) : new Refused(fault);
            }
            case RenewKeys(var id, var which) -> renewKeys(rows, id, which, change, stored);
            case Delete(var id, var precondition) -> {
                RegistryRefusal fault = faultOf(id, stored, precondition);
                yield fault == null ? delete(rows, Objects.requireNonNull(stored)) : new Refused(fault);
            }
        };
    }

    private RegistryResult create(
            Table.Transaction rows, DeviceSpec wanted, Prepared change, @Nullable Companion companion) {
        RegistryResult result = write(rows, wanted, change, null);
        if (result instanceof Done(var device)) {
            Identity identity = Identity.of(device.id());
            if (companion != null) {
                companion.store(rows, identity, device.generation());
            }
            lifecycle.created(rows, identity, device.generation());
        }
        return result;
    }

    private RegistryResult renewKeys(
            Table.Transaction rows, DeviceId id, KeyRenewal which, Prepared change, @Nullable Device stored) {
        if (stored == null) {
            return new Refused(new DeviceMissing(id));
        }
        if (!(stored.authentication() instanceof Authentication.Sas(var keys))) {
            return new Refused(new DeviceWithoutKeys(id, stored.authentication()));
        }
        Authentication renewed =
                new Authentication.Sas(keys.renewed(which, change.fresh().keys()));
        return write(rows, stored.spec(renewed), change, stored);
    }

    private static @Nullable RegistryRefusal faultOf(DeviceId id, @Nullable Device stored, Precondition precondition) {
        if (stored == null) {
            return new DeviceMissing(id);
        }
        return precondition.allows(stored.etag()) ? null : new EtagMismatch(Identity.of(id));
    }

    private RegistryResult write(Table.Transaction rows, DeviceSpec wanted, Prepared change, @Nullable Device before) {
        int reasonChars =
                wanted.statusReason().codePointCount(0, wanted.statusReason().length());
        if (reasonChars > limits.statusReasonMaxChars()) {
            return new Refused(new StatusReasonTooLong(reasonChars, limits.statusReasonMaxChars()));
        }
        Device device = merge(wanted, change, before);
        Table.Row row = rows.put(KIND, device.id().value(), DeviceRow.write(device));
        if (device.enabled()) {
            rows.delete(KIND_DISABLED, row.key());
        } else {
            rows.put(KIND_DISABLED, row.key(), new byte[0]);
        }
        return new Done(device.at(row.version()));
    }

    private static Device merge(DeviceSpec wanted, Prepared change, @Nullable Device before) {
        String generation = before == null ? change.fresh().generation() : before.generation();
        Instant statusUpdated =
                before != null && before.enabled() == wanted.enabled() ? before.statusUpdated() : change.now();
        String scope = wanted.edge() ? scopeOfGateway(wanted.id(), generation) : wanted.scope();
        List<String> parents = wanted.parentScopes();
        if (parents.isEmpty() && !wanted.edge() && scope != null) {
            parents = List.of(scope);
        }
        return new Device(
                wanted.id(),
                0,
                generation,
                wanted.enabled(),
                wanted.statusReason(),
                statusUpdated,
                change.fresh()
                        .over(
                                wanted.authentication(),
                                wanted.symmetricKeys(),
                                before == null ? null : before.authentication()),
                wanted.edge(),
                scope,
                parents);
    }

    /** Does not change while the device exists, as children refer to it. */
    private static String scopeOfGateway(DeviceId id, String generation) {
        return "ms-azure-iot-edge://" + id + "-" + generation;
    }

    private RegistryResult delete(Table.Transaction rows, Device device) {
        String key = device.id().value();
        if (lifecycle.isLifecycleWanted()) {
            modules.tellOfDeletion(rows, device.id());
            lifecycle.deleted(rows, Identity.of(device.id()), device.generation());
        }
        rows.delete(KIND, key);
        rows.delete(KIND_DISABLED, key);
        OwnedRows.deleteBelow(rows, ModuleRegistry.KIND, ModuleRegistry.prefix(device.id()));
        OwnedRows.delete(rows, Identity.of(device.id()));
        return new Done(device);
    }
}
