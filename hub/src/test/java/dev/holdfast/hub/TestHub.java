package dev.holdfast.hub;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.base.DeviceId;
import dev.holdfast.base.HubName;
import dev.holdfast.base.Limits;
import dev.holdfast.base.Live;
import dev.holdfast.base.ModuleId;
import dev.holdfast.hub.command.Feedback;
import dev.holdfast.hub.command.Messages;
import dev.holdfast.hub.command.Methods;
import dev.holdfast.hub.event.HubEvents;
import dev.holdfast.hub.fault.FaultOrders;
import dev.holdfast.hub.identity.Authentication;
import dev.holdfast.hub.identity.Authenticator;
import dev.holdfast.hub.identity.DeniedCertificate;
import dev.holdfast.hub.identity.DeniedCertificates;
import dev.holdfast.hub.identity.DeviceSpec;
import dev.holdfast.hub.identity.ModuleName;
import dev.holdfast.hub.identity.ModuleRequest;
import dev.holdfast.hub.identity.ModuleResult;
import dev.holdfast.hub.identity.ModuleSpec;
import dev.holdfast.hub.identity.Precondition;
import dev.holdfast.hub.identity.Registry;
import dev.holdfast.hub.identity.RegistryChange;
import dev.holdfast.hub.identity.RegistryRequest;
import dev.holdfast.hub.identity.RegistryResult;
import dev.holdfast.hub.identity.SymmetricKey;
import dev.holdfast.hub.identity.SymmetricKeys;
import dev.holdfast.hub.link.DeviceLinks;
import dev.holdfast.hub.link.LinkEnd;
import dev.holdfast.hub.revocation.Revocation;
import dev.holdfast.hub.telemetry.Intake;
import dev.holdfast.hub.telemetry.StoredMessage;
import dev.holdfast.hub.throttle.Gate;
import dev.holdfast.hub.twin.Twins;
import dev.holdfast.testkit.TestClock;
import dev.holdfast.tls.policy.NamedPolicies;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/** A hub in memory. */
public final class TestHub {
    private static final String KEY = Base64.getEncoder().encodeToString(new byte[32]);
    public static final Authentication KEYS =
            new Authentication.Sas(new SymmetricKeys(new SymmetricKey(KEY), new SymmetricKey(KEY)));

    public final String hostName;
    public final MemoryTable table;
    public final MemoryLog log = new MemoryLog(4);
    public final DeviceLinks links = new DeviceLinks();
    public final Hub hub;
    private final TestClock clock;
    private final Registry registry;

    public TestHub(String name, MemoryTable table, TestClock clock) {
        HubName hubName = new HubName(name);
        this.hostName = name + ".hub.test";
        this.table = table;
        this.clock = clock;
        Live<HubSettings> settings =
                new Live<>(new HubSettings(hubName, hostName, 4, 1, List.of(), List.of(), Instant.EPOCH));
        Limits limits = Limits.defaults();
        registry = new Registry(table, hubName, clock, new SecureRandom(), limits.registry(), this::endLink);
        DeniedCertificates denied =
                new DeniedCertificates(table, hubName, clock, limits.certificates(), this::endDenied);
        Revocation revocation = NobodyAsked.in(table, hubName, clock);
        Authenticator authenticator =
                new Authenticator(settings, registry, denied, revocation, hostName::equals, clock, limits);
        FaultOrders faults = new FaultOrders(true, clock, limits.telemetry().faults());
        Intake intake = new Intake(log, limits.telemetry(), faults);
        Feedback feedback =
                new Feedback(table, hubName, registry, clock, limits.message().feedback());
        hub = new Hub(
                hubName,
                settings,
                new Live<>(NamedPolicies.standard()),
                registry,
                denied,
                revocation,
                authenticator,
                links,
                new Twins(table, hubName, registry, links, clock, new SecureRandom(), limits.twin()),
                new Methods(registry, links, limits.method()),
                new Messages(table, hubName, registry, links, feedback, clock, limits.message()),
                feedback,
                intake,
                faults,
                new HubEvents(table, hubName, () -> settings.get().events(), intake, clock),
                Gate.open(),
                table,
                log,
                true);
    }

    private void endLink(RegistryChange change) {
        switch (change) {
            case RegistryChange.DeviceDisabled(var id) -> links.endDevice(id, new LinkEnd.DeviceDisabled());
            case RegistryChange.CredentialWithdrawn(var id) -> links.end(id, new LinkEnd.CredentialWithdrawn());
            case RegistryChange.KeyReplaced(var id, var keys) ->
                links.endLetInByKey(id, proof -> !proof.isOfIdentity(keys), new LinkEnd.KeyReplaced());
            case RegistryChange.ModuleDeleted(var name) -> links.end(name.identity(), new LinkEnd.ModuleDeleted());
            case RegistryChange.DeviceDeleted(var id) -> links.endDevice(id, new LinkEnd.DeviceDeleted());
        }
    }

    private void endDenied(DeniedCertificate entry) {
        int _ = links.endLetInBy(proof -> proof.has(entry.mark()), new LinkEnd.CertificateDenied(entry));
    }

    /** Registers a device; all have the same keys. */
    public void register(String device) {
        register(device, KEYS);
    }

    public void register(String device, Authentication authentication) {
        done(new RegistryRequest.Create(DeviceSpec.of(new DeviceId(device), authentication)));
    }

    /** Registers a module of a device that is registered; all have the same keys. */
    public void registerModule(String device, String module) {
        ModuleName name = new ModuleName(new DeviceId(device), new ModuleId(module));
        assertThat(registry.modules().apply(new ModuleRequest.Create(ModuleSpec.of(name, KEYS))))
                .isInstanceOf(ModuleResult.Done.class);
    }

    public void disable(String device) {
        DeviceSpec disabled = new DeviceSpec(new DeviceId(device), false, "", KEYS, false, null, List.of());
        done(new RegistryRequest.Replace(disabled, new Precondition.Exists()));
    }

    public void delete(String device) {
        done(new RegistryRequest.Delete(new DeviceId(device), new Precondition.Exists()));
    }

    private void done(RegistryRequest request) {
        assertThat(registry.apply(request)).isInstanceOf(RegistryResult.Done.class);
    }

    public String generation(String device) {
        return registry.find(new DeviceId(device)).orElseThrow().generation();
    }

    /** A token that is good for an hour. */
    public String token(String device) {
        return token(device, clock.instant().plusSeconds(3600), KEY);
    }

    public String token(String device, Instant expiry, String key) {
        try {
            String resource = URLEncoder.encode(hostName + "/devices/" + device, StandardCharsets.UTF_8);
            Mac mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(Base64.getDecoder().decode(key), "HmacSHA256"));
            byte[] signature =
                    mac.doFinal((resource + "\n" + expiry.getEpochSecond()).getBytes(StandardCharsets.UTF_8));
            return "SharedAccessSignature sr=" + resource + "&sig="
                    + URLEncoder.encode(Base64.getEncoder().encodeToString(signature), StandardCharsets.UTF_8) + "&se="
                    + expiry.getEpochSecond();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    public String tokenWithExpiry(String device, Instant expiry) {
        return token(device, expiry, KEY);
    }

    /** What a reader sees. */
    public List<StoredMessage> stored() {
        return log.all().stream().map(StoredMessage::of).toList();
    }
}
