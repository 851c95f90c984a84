package dev.holdfast.hub.device.mqtt;

import dev.holdfast.base.HubName;
import dev.holdfast.base.Limits;
import dev.holdfast.base.Live;
import dev.holdfast.hub.Hub;
import dev.holdfast.hub.HubSettings;
import dev.holdfast.hub.MemoryLog;
import dev.holdfast.hub.MemoryTable;
import dev.holdfast.hub.identity.Authenticator;
import dev.holdfast.hub.identity.Registry;
import dev.holdfast.hub.link.DeviceLinks;
import dev.holdfast.hub.telemetry.Intake;
import dev.holdfast.hub.telemetry.StoredMessage;
import dev.holdfast.testkit.TestClock;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/** A hub in memory. */
final class TestHub {
    private static final String KEY = Base64.getEncoder().encodeToString(new byte[32]);

    final String hostName;
    final MemoryTable table;
    final MemoryLog log = new MemoryLog(4);
    final DeviceLinks links = new DeviceLinks();
    final Hub hub;
    private final TestClock clock;

    TestHub(String name, MemoryTable table, TestClock clock) {
        HubName hubName = new HubName(name);
        this.hostName = name + ".hub.test";
        this.table = table;
        this.clock = clock;
        Live<HubSettings> settings = new Live<>(new HubSettings(hubName, hostName, 4, 1, List.of(), List.of()));
        Registry registry = new Registry(table, hubName);
        Limits.Telemetry limits = Limits.defaults().telemetry();
        Authenticator authenticator = new Authenticator(settings, registry, hostName::equals, clock, limits);
        hub = new Hub(hubName, settings, registry, authenticator, links, new Intake(log, limits), table, log);
    }

    /** Registers a device that has the same key as all others. */
    void put(String device, String generation, boolean enabled) {
        putRow(device, generation, enabled, "sas", KEY, KEY);
    }

    void putThumbprint(String device, String thumbprint) {
        putRow(device, "g1", true, "selfSigned", thumbprint, thumbprint);
    }

    private void putRow(
            String device,
            String generation,
            boolean enabled,
            String authentication,
            String primary,
            String secondary) {
        String row = """
                {"generation":"%s","enabled":%s,"statusReason":"","statusUpdated":"2026-01-01T00:00:00Z",\
                "authentication":"%s","primary":"%s","secondary":"%s","edge":false}""".formatted(generation, enabled, authentication, primary, secondary);
        table.transact(
                hub.name().value(),
                transaction -> transaction.put("device", device, row.getBytes(StandardCharsets.UTF_8)));
    }

    void delete(String device) {
        table.transact(hub.name().value(), transaction -> transaction.delete("device", device));
    }

    /** A token that is good for an hour. */
    String token(String device) {
        return token(device, clock.instant().plusSeconds(3600), KEY);
    }

    String token(String device, Instant expiry, String key) {
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

    String tokenWithExpiry(String device, Instant expiry) {
        return token(device, expiry, KEY);
    }

    /** What a reader sees. */
    List<StoredMessage> stored() {
        return log.all().stream().map(StoredMessage::of).toList();
    }
}
