package dev.holdfast.hub.identity;

import dev.holdfast.base.DeviceId;
import dev.holdfast.base.HubName;
import dev.holdfast.base.Limits;
import dev.holdfast.hub.identity.ModuleRequest.Create;
import dev.holdfast.hub.identity.ModuleRequest.Delete;
import dev.holdfast.hub.identity.ModuleRequest.RenewKeys;
import dev.holdfast.hub.identity.ModuleRequest.Replace;
import dev.holdfast.hub.identity.ModuleResult.Done;
import dev.holdfast.hub.identity.ModuleResult.Refused;
import dev.holdfast.hub.identity.RegistryRefusal.DeviceMissing;
import dev.holdfast.hub.identity.RegistryRefusal.EtagMismatch;
import dev.holdfast.hub.identity.RegistryRefusal.ManagedByTooLong;
import dev.holdfast.hub.identity.RegistryRefusal.ModuleExists;
import dev.holdfast.hub.identity.RegistryRefusal.ModuleMissing;
import dev.holdfast.hub.identity.RegistryRefusal.ModuleWithoutKeys;
import dev.holdfast.hub.identity.RegistryRefusal.TooManyModules;
import dev.holdfast.store.Table;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The modules of the devices of one hub: rows below their device's, in the same scope, so that {@link Registry} deletes them with
 * their device in one transaction, and none is ever made for a device that is not there.
 *
 * <p>Any thread; every method may block on the disk.
 */
public final class ModuleRegistry {
    static final String KIND = "module";

    private final Table table;
    private final HubName hub;
    private final SecureRandom random;
    private final Limits.Registry limits;
    private final Consumer<RegistryChange> changes;
    private final Lifecycle lifecycle;

    ModuleRegistry(
            Table table,
            HubName hub,
            SecureRandom random,
            Limits.Registry limits,
            Consumer<RegistryChange> changes,
            Lifecycle lifecycle) {
        this.lifecycle = lifecycle;
        this.table = table;
        this.hub = hub;
        this.random = random;
        this.limits = limits;
        this.changes = changes;
    }

    public Optional<DeviceModule> find(ModuleName name) {
        return table.get(hub.value(), KIND, name.toString()).map(ModuleRow::read);
    }

    /** All modules of a device, in the order of their ids; empty also when there is no such device. */
    public List<DeviceModule> of(DeviceId device) {
        String prefix = prefix(device);
        // Not cut at modulesMax: a limit lower than yesterday's must not hide a module.
        List<DeviceModule> modules = new ArrayList<>();
        String after = prefix;
        while (true) {
            List<Table.Row> page = table.list(hub.value(), KIND, after, limits.modulesMax());
            for (Table.Row row : page) {
                if (!row.key().startsWith(prefix)) {
                    return modules;
                }
                modules.add(ModuleRow.read(row));
            }
            if (page.size() < limits.modulesMax()) {
                return modules;
            }
            after = page.getLast().key();
        }
    }

    /** The names of all modules as they are printed, in their order. */
    public List<String> names() {
        List<String> names = new ArrayList<>();
        table.each(hub.value(), KIND, row -> names.add(row.key()));
        return names;
    }

    public ModuleResult apply(ModuleRequest request) {
        return applyAll(List.of(request)).getFirst();
    }

    /**
     * Makes several changes in one transaction, each judged by itself.
     *
     * @return the results in the order of the requests
     */
    public List<ModuleResult> applyAll(List<ModuleRequest> requests) {
        List<FreshCredentials> fresh =
                requests.stream().map(_ -> FreshCredentials.of(random)).toList();
        List<Applied> all = table.transact(hub.value(), rows -> {
            List<Applied> made = new ArrayList<>(requests.size());
            for (int i = 0; i < requests.size(); i++) {
                made.add(apply(rows, requests.get(i), fresh.get(i)));
            }
            return made;
        });
        lifecycle.committed();
        for (int i = 0; i < all.size(); i++) {
            if (all.get(i).result() instanceof Done(var module)) {
                tell(requests.get(i), all.get(i).before(), module);
            }
        }
        return all.stream().map(Applied::result).toList();
    }

    /** @param before the module as it was, null when there was none */
    private record Applied(@Nullable DeviceModule before, ModuleResult result) {}

    private void tell(ModuleRequest request, @Nullable DeviceModule before, DeviceModule module) {
        RegistryChange change = switch (request) {
            case Delete delete -> new RegistryChange.ModuleDeleted(delete.name());
            case Create _, Replace _, RenewKeys _ ->
                before == null
                        ? null
                        : RegistryChange.between(
                                module.name().identity(), before.authentication(), module.authentication());
        };
        if (change != null) {
            changes.accept(change);
        }
    }

    private Applied apply(Table.Transaction rows, ModuleRequest request, FreshCredentials fresh) {
        ModuleName name = request.name();
        if (rows.get(Registry.KIND, name.device().value()).isEmpty()) {
            return new Applied(null, new Refused(new DeviceMissing(name.device())));
        }
        DeviceModule stored =
                rows.get(KIND, name.toString()).map(ModuleRow::read).orElse(null);
        return new Applied(stored, apply(rows, request, fresh, stored));
    }

    private ModuleResult apply(
            Table.Transaction rows, ModuleRequest request, FreshCredentials fresh, @Nullable DeviceModule stored) {
        return switch (request) {
            case Create(var wanted, var companion) -> {
                RegistryRefusal fault =
                        stored == null ? faultOfRoom(rows, wanted.name()) : new ModuleExists(wanted.name());
                yield fault == null ? create(rows, wanted, fresh, companion) : new Refused(fault);
            }
            case Replace(var wanted, var precondition) -> {
                RegistryRefusal fault = faultOf(wanted.name(), stored, precondition);
                yield fault == null ? write(rows, wanted, fresh, stored) : new Refused(fault);
            }
            case RenewKeys(var name, var which) -> renewKeys(rows, name, which, fresh, stored);
            case Delete(var name, var precondition) -> {
                RegistryRefusal fault = faultOf(name, stored, precondition);
                yield fault == null ? delete(rows, Objects.requireNonNull(stored)) : new Refused(fault);
            }
        };
    }

    private ModuleResult create(
            Table.Transaction rows, ModuleSpec wanted, FreshCredentials fresh, @Nullable Companion companion) {
        ModuleResult result = write(rows, wanted, fresh, null);
        if (result instanceof Done(var module)) {
            Identity identity = module.name().identity();
            if (companion != null) {
                companion.store(rows, identity, module.generation());
            }
            lifecycle.created(rows, identity, module.generation());
        }
        return result;
    }

    private @Nullable RegistryRefusal faultOfRoom(Table.Transaction rows, ModuleName name) {
        String prefix = prefix(name.device());
        long there = rows.list(KIND, prefix, limits.modulesMax()).stream()
                .takeWhile(row -> row.key().startsWith(prefix))
                .count();
        return there < limits.modulesMax() ? null : new TooManyModules(name.device(), limits.modulesMax());
    }

    private static @Nullable RegistryRefusal faultOf(
            ModuleName name, @Nullable DeviceModule stored, Precondition precondition) {
        if (stored == null) {
            return new ModuleMissing(name);
        }
        return precondition.allows(stored.etag()) ? null : new EtagMismatch(name.identity());
    }

    private ModuleResult renewKeys(
            Table.Transaction rows,
            ModuleName name,
            KeyRenewal which,
            FreshCredentials fresh,
            @Nullable DeviceModule stored) {
        if (stored == null) {
            return new Refused(new ModuleMissing(name));
        }
        if (!(stored.authentication() instanceof Authentication.Sas(var keys))) {
            return new Refused(new ModuleWithoutKeys(name, stored.authentication()));
        }
        return write(rows, stored.spec(new Authentication.Sas(keys.renewed(which, fresh.keys()))), fresh, stored);
    }

    private ModuleResult write(
            Table.Transaction rows, ModuleSpec wanted, FreshCredentials fresh, @Nullable DeviceModule before) {
        int chars = wanted.managedBy().codePointCount(0, wanted.managedBy().length());
        if (chars > limits.managedByMaxChars()) {
            return new Refused(new ManagedByTooLong(chars, limits.managedByMaxChars()));
        }
        DeviceModule module = new DeviceModule(
                wanted.name(),
                0,
                before == null ? fresh.generation() : before.generation(),
                wanted.managedBy(),
                fresh.over(
                        wanted.authentication(),
                        wanted.symmetricKeys(),
                        before == null ? null : before.authentication()));
        Table.Row row = rows.put(KIND, module.name().toString(), ModuleRow.write(module));
        return new Done(module.at(row.version()));
    }

    /** Tells of every module of a device that is about to be deleted with it. */
    void tellOfDeletion(Table.Transaction rows, DeviceId device) {
        String prefix = prefix(device);
        String after = prefix;
        List<Table.Row> page;
        do {
            page = rows.list(KIND, after, limits.modulesMax()).stream()
                    .takeWhile(row -> row.key().startsWith(prefix))
                    .toList();
            for (Table.Row row : page) {
                DeviceModule module = ModuleRow.read(row);
                lifecycle.deleted(rows, module.name().identity(), module.generation());
                after = row.key();
            }
        } while (page.size() == limits.modulesMax());
    }

    private ModuleResult delete(Table.Transaction rows, DeviceModule module) {
        lifecycle.deleted(rows, module.name().identity(), module.generation());
        rows.delete(KIND, module.name().toString());
        OwnedRows.delete(rows, module.name().identity());
        return new Done(module);
    }

    /** No id has a slash, so this begins the keys of no other device's modules. */
    static String prefix(DeviceId device) {
        return device.value() + "/";
    }
}
