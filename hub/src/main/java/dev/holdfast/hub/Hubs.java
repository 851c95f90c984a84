package dev.holdfast.hub;

import dev.holdfast.base.HubName;
import dev.holdfast.base.Limits;
import dev.holdfast.base.Live;
import dev.holdfast.hub.HubRefusal.GroupExists;
import dev.holdfast.hub.HubRefusal.GroupIsDefault;
import dev.holdfast.hub.HubRefusal.GroupNameMalformed;
import dev.holdfast.hub.HubRefusal.NameReserved;
import dev.holdfast.hub.HubRefusal.NameTaken;
import dev.holdfast.hub.HubRefusal.PartitionsOutOfRange;
import dev.holdfast.hub.HubRefusal.RetentionOutOfRange;
import dev.holdfast.hub.HubRefusal.TooManyGroups;
import dev.holdfast.hub.HubRefusal.TooManyHubs;
import dev.holdfast.hub.HubRefusal.UnknownGroup;
import dev.holdfast.hub.HubRefusal.UnknownHub;
import dev.holdfast.hub.HubRefusal.UnknownTlsPolicy;
import dev.holdfast.hub.command.Feedback;
import dev.holdfast.hub.command.Messages;
import dev.holdfast.hub.command.Methods;
import dev.holdfast.hub.event.HubEvents;
import dev.holdfast.hub.fault.FaultOrders;
import dev.holdfast.hub.identity.Authenticator;
import dev.holdfast.hub.identity.AuthorityChange;
import dev.holdfast.hub.identity.CertificateAuthorities;
import dev.holdfast.hub.identity.CertificateAuthority;
import dev.holdfast.hub.identity.CertificateProof;
import dev.holdfast.hub.identity.DeniedCertificates;
import dev.holdfast.hub.identity.KeyProof;
import dev.holdfast.hub.identity.PolicyChange;
import dev.holdfast.hub.identity.Proof;
import dev.holdfast.hub.identity.Registry;
import dev.holdfast.hub.identity.RegistryChange;
import dev.holdfast.hub.identity.SharedAccessPolicies;
import dev.holdfast.hub.identity.SharedAccessPolicy;
import dev.holdfast.hub.link.DeviceLinks;
import dev.holdfast.hub.link.LinkEnd;
import dev.holdfast.hub.revocation.Revocation;
import dev.holdfast.hub.revocation.RevocationRefusal;
import dev.holdfast.hub.telemetry.EventSource;
import dev.holdfast.hub.telemetry.Intake;
import dev.holdfast.hub.throttle.Delay;
import dev.holdfast.hub.throttle.FaultRules;
import dev.holdfast.hub.throttle.Gate;
import dev.holdfast.hub.throttle.Operation;
import dev.holdfast.hub.throttle.Rate;
import dev.holdfast.hub.twin.Twins;
import dev.holdfast.store.Log;
import dev.holdfast.store.Table;
import dev.holdfast.tls.policy.TlsPolicy;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The hubs of this installation: opened at the start, made, changed and deleted while it runs.
 *
 * <p>A hub exists from the moment its row is durable. Its deletion is written down first and then done step by step, so that a
 * crash in between is finished at the next start. A change of settings is durable before anyone sees it.
 *
 * <p>Any thread. The methods of {@link HubDirectory} are quick; all others block on the disk, one change at a time.
 */
public final class Hubs implements HubDirectory, AutoCloseable {
    static final String SCOPE = "installation";
    static final String KIND = "hub";

    /** {@code installation} is the scope of the rows here, {@code global} the host name that all services share. */
    private static final Set<String> RESERVED = Set.of(SCOPE, "global");

    private static final Pattern GROUP = Pattern.compile("[A-Za-z0-9]([A-Za-z0-9._-]{0,48}[A-Za-z0-9])?");

    private final Table table;
    private final HubLogs logs;
    private final HostNames hostNames;
    private final HubPolicies tlsPolicies;
    private final InstantSource clock;
    private final SecureRandom random;
    private final Limits limits;
    private final Revocation.Asking asking;
    private final boolean faultInjection;
    private final Map<Operation, Rate> throttles;
    private final Map<HubName, Hub> open = new ConcurrentSkipListMap<>();
    private final Object changes = new Object();

    /** Of which none has a throttle before it is given one. */
    public Hubs(
            Table table,
            HubLogs logs,
            HostNames hostNames,
            HubPolicies tlsPolicies,
            InstantSource clock,
            SecureRandom random,
            Limits limits,
            Revocation.Asking asking,
            boolean faultInjection) {
        this(table, logs, hostNames, tlsPolicies, clock, random, limits, asking, faultInjection, Map.of());
    }

    /**
     * Opens every hub that is stored, and finishes deletions that a crash interrupted. The table stays the caller's to close.
     *
     * @param asking how authorities are asked about revocations
     * @param faultInjection whether faults may be brought about on purpose, in every hub
     * @param throttles what holds for hubs that say nothing of an operation; nothing does when it is not here either
     */
    public Hubs(
            Table table,
            HubLogs logs,
            HostNames hostNames,
            HubPolicies tlsPolicies,
            InstantSource clock,
            SecureRandom random,
            Limits limits,
            Revocation.Asking asking,
            boolean faultInjection,
            Map<Operation, Rate> throttles) {
        this.throttles = Map.copyOf(throttles);
        this.table = table;
        this.faultInjection = faultInjection;
        this.asking = asking;
        this.tlsPolicies = tlsPolicies;
        this.logs = logs;
        this.hostNames = hostNames;
        this.clock = clock;
        this.random = random;
        this.limits = limits;
        try {
            openStored();
        } catch (RuntimeException e) {
            close();
            throw e;
        }
    }

    private void openStored() {
        // Not bounded by hubsMax: a limit lower than yesterday's must not hide a hub.
        for (Table.Row row : table.list(SCOPE, KIND, "", Integer.MAX_VALUE)) {
            HubName name = new HubName(row.key());
            HubRow stored = HubRow.read(row);
            if (stored.deleting()) {
                finishDeletion(name);
            } else {
                open(stored.settings(name, hostNames.announced(name)));
            }
        }
    }

    /** Whether faults may be brought about on purpose; it stays as it is while the server runs. */
    public boolean faultInjection() {
        return faultInjection;
    }

    @Override
    public Optional<Hub> byHostName(String hostName) {
        return hostNames.hubOf(hostName).flatMap(this::byName);
    }

    @Override
    public Optional<Hub> byName(HubName name) {
        return Optional.ofNullable(open.get(name));
    }

    @Override
    public List<Hub> all() {
        return List.copyOf(open.values());
    }

    /** Makes a hub with the standard policies and opens it. */
    public HubChange create(NewHub wanted) {
        synchronized (changes) {
            HubRefusal refusal = faultOf(wanted);
            if (refusal != null) {
                return new HubChange.Refused(refusal);
            }
            HubName name = wanted.name();
            // A request that was under way when a hub of this name was deleted may have left a row behind.
            deleteContents(name);
            HubSettings settings = new HubSettings(
                    name,
                    hostNames.announced(name),
                    wanted.partitions(),
                    wanted.retentionDays(),
                    SharedAccessPolicy.standard(random),
                    List.of(),
                    clock.instant(),
                    List.of(),
                    wanted.tls(),
                    wanted.events(),
                    Map.of());
            store(settings);
            try {
                return new HubChange.Done(open(settings));
            } catch (RuntimeException e) {
                undo(settings, e);
                throw e;
            }
        }
    }

    /** Takes a hub back that can't be opened; what of that fails is done at the next start. */
    private void undo(HubSettings settings, RuntimeException failure) {
        try {
            write(settings.name(), HubRow.of(settings).withDeleting());
            finishDeletion(settings.name());
        } catch (RuntimeException e) {
            failure.addSuppressed(e);
        }
    }

    private @Nullable HubRefusal faultOf(NewHub wanted) {
        if (wanted.partitions() < 1 || wanted.partitions() > HubSettings.PARTITIONS_MAX) {
            return new PartitionsOutOfRange(wanted.partitions());
        }
        if (wanted.retentionDays() < 1 || wanted.retentionDays() > HubSettings.RETENTION_MAX_DAYS) {
            return new RetentionOutOfRange(wanted.retentionDays());
        }
        String tlsPolicy = wanted.tls().policy();
        if (tlsPolicy != null && tlsPolicies.find(tlsPolicy).isEmpty()) {
            return new UnknownTlsPolicy(tlsPolicy);
        }
        if (RESERVED.contains(wanted.name().value())) {
            return new NameReserved(wanted.name());
        }
        if (table.get(SCOPE, KIND, wanted.name().value()).isPresent()) {
            return new NameTaken(wanted.name());
        }
        int max = limits.installation().hubsMax();
        return table.count(SCOPE, KIND) >= max ? new TooManyHubs(max) : null;
    }

    /** Ends the hub's connections and deletes it with its devices and its telemetry. The hub that is returned is closed. */
    public HubChange delete(HubName name) {
        synchronized (changes) {
            Hub hub = open.get(name);
            if (hub == null) {
                return new HubChange.Refused(new UnknownHub(name));
            }
            write(name, HubRow.of(hub.settings().get()).withDeleting());
            open.remove(name);
            hub.links().endAll(new LinkEnd.HubDeleted());
            hub.methods().end();
            hub.events().close();
            hub.log().close();
            finishDeletion(name);
            return new HubChange.Done(hub);
        }
    }

    /** Gives readers a position of their own in the hub's telemetry. */
    public HubChange addConsumerGroup(HubName name, String group) {
        return change(name, settings -> {
            int max = limits.registry().consumerGroupsMax();
            if (!GROUP.matcher(group).matches()) {
                return new Wanted.Refused(new GroupNameMalformed());
            }
            if (settings.hasConsumerGroup(group)) {
                return new Wanted.Refused(new GroupExists(group));
            }
            if (settings.consumerGroups().size() >= max) {
                return new Wanted.Refused(new TooManyGroups(max));
            }
            List<String> groups = new ArrayList<>(settings.consumerGroups());
            groups.add(group);
            return new Wanted.Settings(settings.withConsumerGroups(groups));
        });
    }

    public HubChange removeConsumerGroup(HubName name, String group) {
        return change(name, settings -> {
            if (group.equalsIgnoreCase(HubSettings.DEFAULT_CONSUMER_GROUP)) {
                return new Wanted.Refused(new GroupIsDefault());
            }
            List<String> groups = new ArrayList<>(settings.consumerGroups());
            return groups.removeIf(group::equalsIgnoreCase)
                    ? new Wanted.Settings(settings.withConsumerGroups(groups))
                    : new Wanted.Refused(new UnknownGroup(group));
        });
    }

    /**
     * Adds, removes or renews shared access policies. A token that was signed with a key that is gone is refused from then on, and
     * the connections of devices that it opened are ended.
     *
     * @param change of the hub's policies, usually one of {@link SharedAccessPolicies}
     */
    public HubChange changePolicies(HubName name, Function<List<SharedAccessPolicy>, PolicyChange> change) {
        HubChange changed = change(name, settings -> switch (change.apply(settings.policies())) {
            case PolicyChange.Done(var policies) -> new Wanted.Settings(settings.withPolicies(policies));
            case PolicyChange.Refused(var why) -> new Wanted.Refused(new HubRefusal.PolicyNotChanged(why));
        });
        if (changed instanceof HubChange.Done(var hub, var _)) {
            int _ = hub.links().endEach(proof -> endOf(proof, hub.settings().get()));
        }
        return changed;
    }

    /** Why a device that came in by the token of a policy may not stay. */
    private static @Nullable LinkEnd endOf(Proof proof, HubSettings now) {
        if (!(proof instanceof KeyProof key)) {
            return null;
        }
        String policy = key.policy();
        return policy == null || now.policy(policy).filter(key::isOf).isPresent()
                ? null
                : new LinkEnd.PolicyWithdrawn(policy);
    }

    /** Says what a hub tells readers of its telemetry itself, from now on. */
    public HubChange changeEvents(HubName name, Set<EventSource> events) {
        synchronized (changes) {
            byName(name).ifPresent(hub -> hub.events().prepare(events));
            return change(name, settings -> new Wanted.Settings(settings.withEvents(events)));
        }
    }

    /**
     * Says how much of some operations may pass a hub, from now on, and beginning anew; of others that it said something of, that stays.
     *
     * @param wanted by operation; empty to have what is set for all hubs hold again
     */
    public HubChange changeThrottles(HubName name, Map<Operation, Optional<Rate>> wanted) {
        HubChange changed = change(name, settings -> {
            Map<Operation, Rate> rates = new HashMap<>(settings.throttles());
            wanted.forEach((operation, rate) ->
                    rate.ifPresentOrElse(now -> rates.put(operation, now), () -> rates.remove(operation)));
            return new Wanted.Settings(settings.withThrottles(rates));
        });
        if (changed instanceof HubChange.Done(var hub, var _)) {
            hub.gate().refill(wanted.keySet());
        }
        return changed;
    }

    /** How much of an operation may pass a hub. */
    public Rate throttle(HubSettings settings, Operation operation) {
        Rate own = settings.throttles().get(operation);
        return own == null ? throttles.getOrDefault(operation, Rate.OFF) : own;
    }

    /**
     * Gives a hub a TLS policy from the next handshake on; connections that are open stay.
     *
     * @param policy its name; null to take back what was given
     */
    public HubChange changeTlsPolicy(HubName name, @Nullable String policy) {
        synchronized (changes) {
            HubChange changed = change(
                    name,
                    settings -> policy != null && tlsPolicies.find(policy).isEmpty()
                            ? new Wanted.Refused(new UnknownTlsPolicy(policy))
                            : new Wanted.Settings(
                                    settings.withTls(settings.tls().withPolicy(policy))));
            if (changed instanceof HubChange.Done(var hub, var _)) {
                refreshTls(hub);
            }
            return changed;
        }
    }

    /**
     * Lets a hub try a TLS policy beside the one that holds.
     *
     * @param policy its name; null for none
     */
    public HubChange tryTlsPolicy(HubName name, @Nullable String policy) {
        return change(
                name,
                settings -> policy != null && tlsPolicies.find(policy).isEmpty()
                        ? new Wanted.Refused(new UnknownTlsPolicy(policy))
                        : new Wanted.Settings(settings.withTls(settings.tls().withReportOnly(policy))));
    }

    /** Looks every hub's TLS policy up anew, because the policies themselves have changed. */
    public void refreshTls() {
        synchronized (changes) {
            open.values().forEach(this::refreshTls);
        }
    }

    private void refreshTls(Hub hub) {
        TlsPolicy policy = tlsPolicies.of(hub.settings().get().tls());
        hub.tls().update(_ -> policy);
    }

    /** Runs {@code work} while no hub is made, changed or deleted; who wants to waits. Devices are not held up. */
    public <R> R whileUnchanged(Supplier<R> work) {
        synchronized (changes) {
            return work.get();
        }
    }

    /**
     * Registers, verifies or deletes certificate authorities. Connections that a deleted one let in are ended; where another one
     * covers the device, it comes in again by that.
     *
     * @param change of the hub's authorities, usually one of {@link CertificateAuthorities}
     */
    public HubChange changeAuthorities(HubName name, Function<List<CertificateAuthority>, AuthorityChange> change) {
        synchronized (changes) {
            Hub before = open.get(name);
            List<CertificateAuthority> gone =
                    before == null ? List.of() : before.settings().get().authorities();
            HubChange changed = change(name, settings -> switch (change.apply(settings.authorities())) {
                case AuthorityChange.Done(var authorities) ->
                    new Wanted.Settings(settings.withAuthorities(authorities));
                case AuthorityChange.Refused(var why) -> new Wanted.Refused(new HubRefusal.AuthoritiesNotChanged(why));
            });
            if (changed instanceof HubChange.Done(var hub, var _)) {
                List<CertificateAuthority> left = hub.settings().get().authorities();
                int ended = gone.stream()
                        .filter(authority -> left.stream()
                                .noneMatch(other -> other.certificate().equals(authority.certificate())))
                        .mapToInt(authority -> hub.links()
                                .endLetInBy(
                                        proof -> proof.leansOn(authority),
                                        new LinkEnd.AuthorityDeleted(authority.name())))
                        .sum();
                return new HubChange.Done(hub, ended + hub.revocation().authoritiesChanged());
            }
            return changed;
        }
    }

    /** What time brings for revocations; called every second or so, quick. */
    public void tickRevocation() {
        open.values().forEach(hub -> hub.revocation().tick());
    }

    /** Frees telemetry that is older than its hub keeps it. */
    public void dropExpired() {
        Instant now = clock.instant();
        for (Hub hub : all()) {
            hub.log().dropBefore(now.minus(Duration.ofDays(hub.settings().get().retentionDays())));
        }
    }

    /** Tries again what hubs could not tell readers of. Called now and then. */
    public void lookAfterEvents() {
        all().forEach(hub -> hub.events().look());
    }

    /** Ends messages that expired, and gives out again what devices held too long. */
    public void lookAfterMessages() {
        all().forEach(hub -> hub.messages().look());
    }

    /** Ends every connection and closes every log; what a log had taken is finished first. */
    @Override
    public void close() {
        synchronized (changes) {
            List<Hub> hubs = all();
            open.clear();
            hubs.forEach(hub -> hub.links().endAll(new LinkEnd.ServerStopping()));
            hubs.forEach(hub -> hub.methods().end());
            hubs.forEach(hub -> hub.events().close());
            hubs.forEach(hub -> hub.log().close());
        }
    }

    /** What a change makes of the settings. */
    private sealed interface Wanted {
        record Settings(HubSettings settings) implements Wanted {}

        record Refused(HubRefusal why) implements Wanted {}
    }

    private HubChange change(HubName name, Function<HubSettings, Wanted> change) {
        synchronized (changes) {
            Hub hub = open.get(name);
            if (hub == null) {
                return new HubChange.Refused(new UnknownHub(name));
            }
            return switch (change.apply(hub.settings().get())) {
                case Wanted.Refused(var why) -> new HubChange.Refused(why);
                case Wanted.Settings(var settings) -> {
                    store(settings);
                    hub.settings().update(_ -> settings);
                    yield new HubChange.Done(hub);
                }
            };
        }
    }

    private Hub open(HubSettings settings) {
        HubName name = settings.name();
        Live<HubSettings> live = new Live<>(settings);
        Log log = logs.open(name, settings.partitions());
        FaultOrders faults =
                new FaultOrders(faultInjection, clock, limits.telemetry().faults());
        AtomicReference<DeviceLinks> connected = new AtomicReference<>(new DeviceLinks());
        Gate gate = new Gate(
                name,
                operation -> throttle(live.get(), operation),
                System::nanoTime,
                new FaultRules(faultInjection, clock, limits.telemetry().faults()),
                (device, rule) -> connected.get().endDevice(device, new LinkEnd.CredentialExpiredByRule(rule)));
        Intake intake = new Intake(log, limits.telemetry(), faults, gate, Delay.real());
        HubEvents events = new HubEvents(table, name, () -> live.get().events(), intake, clock);
        DeviceLinks links = new DeviceLinks(events);
        connected.set(links);
        List<Consumer<RegistryChange>> listeners = new CopyOnWriteArrayList<>();
        listeners.add(change -> endLinks(links, change));
        Registry registry = new Registry(
                table,
                name,
                clock,
                random,
                limits.registry(),
                change -> listeners.forEach(told -> told.accept(change)),
                events,
                gate);
        DeniedCertificates denied = new DeniedCertificates(table, name, clock, limits.certificates(), entry -> {
            int _ = links.endLetInBy(proof -> proof.has(entry.mark()), new LinkEnd.CertificateDenied(entry));
        });
        Revocation revocation = new Revocation(
                table,
                name,
                () -> live.get().authorities().stream()
                        .map(CertificateAuthority::issuer)
                        .toList(),
                asking,
                clock,
                limits,
                revoking -> links.endEach(proof -> endOf(proof, revoking)));
        Authenticator authenticator = new Authenticator(
                live,
                registry,
                denied,
                revocation,
                host -> hostNames.hubOf(host).equals(Optional.of(name)),
                clock,
                limits,
                gate);
        Feedback feedback =
                new Feedback(table, name, registry, clock, limits.message().feedback());
        Messages messages = new Messages(table, name, registry, links, feedback, clock, limits.message(), gate);
        listeners.add(messages::changed);
        Hub hub = new Hub(
                name,
                live,
                new Live<>(tlsPolicies.of(settings.tls())),
                registry,
                denied,
                revocation,
                authenticator,
                links,
                new Twins(table, name, registry, links, clock, random, limits.twin(), events, gate),
                new Methods(registry, links, limits.method(), gate),
                messages,
                feedback,
                intake,
                faults,
                events,
                gate,
                table,
                log,
                faultInjection);
        open.put(name, hub);
        return hub;
    }

    private static @Nullable LinkEnd endOf(Proof proof, Revocation revocation) {
        if (!(proof instanceof CertificateProof certificates)
                || certificates.path().isEmpty()) {
            return null;
        }
        RevocationRefusal why = revocation.faultOfConnected(certificates.path());
        return why == null ? null : new LinkEnd.NotStanding(why);
    }

    private static void endLinks(DeviceLinks links, RegistryChange change) {
        switch (change) {
            case RegistryChange.DeviceDisabled(var id) -> links.endDevice(id, new LinkEnd.DeviceDisabled());
            case RegistryChange.CredentialWithdrawn(var identity) ->
                links.end(identity, new LinkEnd.CredentialWithdrawn());
            case RegistryChange.KeyReplaced(var identity, var keys) ->
                links.endLetInByKey(
                        identity,
                        proof -> proof.policy() == null && !proof.isOfIdentity(keys),
                        new LinkEnd.KeyReplaced());
            case RegistryChange.ModuleDeleted(var name) -> links.end(name.identity(), new LinkEnd.ModuleDeleted());
            case RegistryChange.DeviceDeleted(var id) -> links.endDevice(id, new LinkEnd.DeviceDeleted());
        }
    }

    private void store(HubSettings settings) {
        write(settings.name(), HubRow.of(settings));
    }

    private void write(HubName name, HubRow row) {
        table.transact(SCOPE, rows -> rows.put(KIND, name.value(), row.write()));
    }

    /** Every step may be repeated; the row that asks for them goes last. */
    private void finishDeletion(HubName name) {
        deleteContents(name);
        table.transact(SCOPE, rows -> rows.delete(KIND, name.value()));
    }

    private void deleteContents(HubName name) {
        logs.delete(name);
        table.deleteScope(name.value());
    }
}
