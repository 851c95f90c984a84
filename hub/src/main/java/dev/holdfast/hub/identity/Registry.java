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
import dev.holdfast.store.Table;
import java.security.SecureRandom;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The devices of one hub, kept in the state store under the hub's scope.
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

    /** Kinds of rows that belong to a device: their key is its id, or its id, a slash and more. */
    private static final List<String> KINDS_OF_A_DEVICE = List.of("mqtt-session");

    private static final int DELETE_PAGE = 100;

    private final Table table;
    private final HubName hub;
    private final InstantSource clock;
    private final SecureRandom random;
    private final Limits.Registry limits;
    private final Consumer<RegistryChange> changes;

    /**
     * @param random makes keys and generations
     * @param changes told of every durable change after which a device may not stay connected, on the thread of the caller who
     *     made it; what it throws reaches that caller
     */
    public Registry(
            Table table,
            HubName hub,
            InstantSource clock,
            SecureRandom random,
            Limits.Registry limits,
            Consumer<RegistryChange> changes) {
        this.table = table;
        this.hub = hub;
        this.clock = clock;
        this.random = random;
        this.limits = limits;
        this.changes = changes;
    }

    public Optional<Device> find(DeviceId id) {
        return table.get(hub.value(), KIND, id.value()).map(DeviceRow::read);
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
                } else if (before != null && device.authentication().withdraws(before.authentication())) {
                    changes.accept(new RegistryChange.CredentialWithdrawn(device.id()));
                } else if (before != null
                        && before.authentication() instanceof Authentication.Sas(var old)
                        && device.authentication() instanceof Authentication.Sas(var keys)
                        && !keys.containAll(old)) {
                    changes.accept(new RegistryChange.KeyReplaced(device.id(), keys));
                }
            }
        }
    }

    /** A request with everything that is random or of the moment, because the transaction may run more than once. */
    private record Prepared(RegistryRequest request, String newGeneration, SymmetricKeys freshKeys, Instant now) {}

    private Prepared prepare(RegistryRequest request) {
        return new Prepared(
                request, Long.toString(random.nextLong() >>> 1), SymmetricKeys.random(random), clock.instant());
    }

    private Applied apply(Table.Transaction rows, Prepared change) {
        Device stored = rows.get(KIND, change.request().id().value())
                .map(DeviceRow::read)
                .orElse(null);
        return new Applied(stored, apply(rows, change, stored));
    }

    private RegistryResult apply(Table.Transaction rows, Prepared change, @Nullable Device stored) {
        return switch (change.request()) {
            case Create(var wanted) ->
                stored == null ? write(rows, wanted, change, null) : new Refused(new DeviceExists(wanted.id()));
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

    private RegistryResult renewKeys(
            Table.Transaction rows, DeviceId id, KeyRenewal which, Prepared change, @Nullable Device stored) {
        if (stored == null) {
            return new Refused(new DeviceMissing(id));
        }
        if (!(stored.authentication() instanceof Authentication.Sas(var keys))) {
            return new Refused(new DeviceWithoutKeys(id, stored.authentication()));
        }
        Authentication renewed = new Authentication.Sas(keys.renewed(which, change.freshKeys()));
        return write(rows, stored.spec(renewed), change, stored);
    }

    private static @Nullable RegistryRefusal faultOf(DeviceId id, @Nullable Device stored, Precondition precondition) {
        if (stored == null) {
            return new DeviceMissing(id);
        }
        return precondition.allows(stored.etag()) ? null : new EtagMismatch(id);
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
        String generation = before == null ? change.newGeneration() : before.generation();
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
                authentication(wanted, change, before),
                wanted.edge(),
                scope,
                parents);
    }

    /** Does not change while the device exists, as children refer to it. */
    private static String scopeOfGateway(DeviceId id, String generation) {
        return "ms-azure-iot-edge://" + id + "-" + generation;
    }

    private static Authentication authentication(DeviceSpec wanted, Prepared change, @Nullable Device before) {
        Authentication given = wanted.authentication();
        if (given != null) {
            return given;
        }
        if (before != null && (before.authentication() instanceof Authentication.Sas || !wanted.symmetricKeys())) {
            // An update that says nothing of keys or certificates must not lock the device out.
            return before.authentication();
        }
        return new Authentication.Sas(change.freshKeys());
    }

    private static RegistryResult delete(Table.Transaction rows, Device device) {
        String key = device.id().value();
        rows.delete(KIND, key);
        rows.delete(KIND_DISABLED, key);
        for (String kind : KINDS_OF_A_DEVICE) {
            rows.delete(kind, key);
            deleteBelow(rows, kind, key + "/");
        }
        return new Done(device);
    }

    private static void deleteBelow(Table.Transaction rows, String kind, String prefix) {
        while (true) {
            // Keys come in the order of their bytes, so those with the prefix stand together behind it.
            List<String> found = rows.list(kind, prefix, DELETE_PAGE).stream()
                    .map(Table.Row::key)
                    .takeWhile(key -> key.startsWith(prefix))
                    .toList();
            if (found.isEmpty()) {
                return;
            }
            found.forEach(key -> rows.delete(kind, key));
        }
    }
}
