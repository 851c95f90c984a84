package dev.holdfast.hub.identity;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.base.DeviceId;
import dev.holdfast.base.HubName;
import dev.holdfast.base.Limits;
import dev.holdfast.hub.identity.RegistryRefusal.DeviceExists;
import dev.holdfast.hub.identity.RegistryRefusal.DeviceMissing;
import dev.holdfast.hub.identity.RegistryRefusal.EtagMismatch;
import dev.holdfast.hub.identity.RegistryRefusal.StatusReasonTooLong;
import dev.holdfast.hub.identity.RegistryRequest.Create;
import dev.holdfast.hub.identity.RegistryRequest.Delete;
import dev.holdfast.hub.identity.RegistryRequest.Replace;
import dev.holdfast.testkit.TestClock;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

class RegistryTest {
    private static final DeviceId DEV1 = new DeviceId("dev1");
    private static final Precondition ANY = new Precondition.Exists();

    private final RepeatingTable table = new RepeatingTable();
    private final TestClock clock = new TestClock(Instant.parse("2026-11-22T08:00:00Z"));
    private final List<RegistryChange> changes = new ArrayList<>();
    private final Registry registry = registry("hub1");

    private Registry registry(String hub) {
        return new Registry(
                table,
                new HubName(hub),
                clock,
                new SecureRandom(),
                Limits.defaults().registry(),
                changes::add);
    }

    private static DeviceSpec spec(boolean enabled, String why) {
        return new DeviceSpec(DEV1, enabled, why, null, false, null, List.of());
    }

    /** Symmetric keys, without saying which. */
    private static DeviceSpec keysOfTheRegistry() {
        return new DeviceSpec(DEV1, true, "", null, true, false, null, List.of());
    }

    private static Device done(RegistryResult result) {
        assertThat(result).isInstanceOf(RegistryResult.Done.class);
        return ((RegistryResult.Done) result).device();
    }

    private static RegistryRefusal refused(RegistryResult result) {
        assertThat(result).isInstanceOf(RegistryResult.Refused.class);
        return ((RegistryResult.Refused) result).refusal();
    }

    private Device create() {
        return done(registry.apply(new Create(DeviceSpec.of(DEV1, null))));
    }

    @Test
    void anUpdateThatSaysNothingOfItKeepsWhatTheDeviceProvesItselfWith() {
        done(registry.apply(new Create(DeviceSpec.of(DEV1, new Authentication.CertificateAuthority()))));

        Device updated = done(registry.apply(new Replace(spec(true, "moved"), ANY)));

        assertThat(updated.authentication()).isEqualTo(new Authentication.CertificateAuthority());
        assertThat(changes).isEmpty();
    }

    @Test
    void symmetricKeysThatAreAskedForWithoutSayingWhichReplaceACertificate() {
        done(registry.apply(new Create(DeviceSpec.of(DEV1, new Authentication.CertificateAuthority()))));

        Device updated = done(registry.apply(new Replace(keysOfTheRegistry(), ANY)));

        assertThat(updated.authentication()).isInstanceOf(Authentication.Sas.class);
    }

    @Test
    void aNewDeviceGetsKeysAndAGenerationAndIsFoundAsItWasReturned() {
        Device made = create();
        assertThat(registry.find(DEV1)).contains(made);
        assertThat(made.enabled()).isTrue();
        assertThat(made.statusUpdated()).isEqualTo(clock.instant());
        assertThat(made.generation()).matches("[0-9]{1,19}");
        Authentication.Sas sas = (Authentication.Sas) made.authentication();
        assertThat(sas.keys().primary().bytes()).hasSize(32);
        assertThat(sas.keys().primary()).isNotEqualTo(sas.keys().secondary());
    }

    @Test
    void whoseCertificateIsReplacedIsTold() {
        Thumbprint first = new Thumbprint("A".repeat(40));
        Thumbprint second = new Thumbprint("B".repeat(64));
        Authentication both = new Authentication.SelfSigned(first, second);
        Authentication swapped = new Authentication.SelfSigned(second, first);
        Authentication one = new Authentication.SelfSigned(second, null);
        registry.apply(new Create(DeviceSpec.of(DEV1, new Authentication.SelfSigned(first, null))));
        for (Authentication harmless : List.of(both, swapped, both)) {
            registry.apply(new Replace(DeviceSpec.of(DEV1, harmless), ANY));
        }
        assertThat(changes).isEmpty();
        registry.apply(new Replace(DeviceSpec.of(DEV1, one), ANY));
        assertThat(changes).containsExactly(new RegistryChange.CredentialWithdrawn(Identity.of(DEV1)));
        registry.apply(new Replace(keysOfTheRegistry(), ANY));
        registry.apply(new Replace(DeviceSpec.of(DEV1, new Authentication.CertificateAuthority()), ANY));
        registry.apply(new Replace(DeviceSpec.of(DEV1, both), ANY));
        assertThat(changes).hasSize(4).containsOnly(new RegistryChange.CredentialWithdrawn(Identity.of(DEV1)));
    }

    @Test
    void whoseKeyIsReplacedIsToldWithTheKeysThatCountNow() {
        create();
        registry.apply(new RegistryRequest.RenewKeys(DEV1, KeyRenewal.SWAP));
        assertThat(changes).as("both keys are still there").isEmpty();
        for (KeyRenewal which : List.of(KeyRenewal.PRIMARY, KeyRenewal.SECONDARY, KeyRenewal.BOTH)) {
            changes.clear();
            Device device = done(registry.apply(new RegistryRequest.RenewKeys(DEV1, which)));
            SymmetricKeys now = ((Authentication.Sas) device.authentication()).keys();
            assertThat(changes).containsExactly(new RegistryChange.KeyReplaced(Identity.of(DEV1), now));
        }
    }

    @Test
    void everyKindOfAuthenticationComesBackAsItWasStored() {
        Thumbprint sha1 = new Thumbprint("A".repeat(40));
        Thumbprint sha256 = new Thumbprint("B".repeat(64));
        List<Authentication> kinds = List.of(
                new Authentication.Sas(SymmetricKeys.random(new SecureRandom())),
                new Authentication.SelfSigned(sha1, sha256),
                new Authentication.SelfSigned(sha1, null),
                new Authentication.SelfSigned(null, sha256),
                new Authentication.CertificateAuthority(),
                new Authentication.None());
        for (Authentication kind : kinds) {
            registry.apply(new Delete(DEV1, ANY));
            Device made = done(registry.apply(new Create(DeviceSpec.of(DEV1, kind))));
            assertThat(made.authentication()).isEqualTo(kind);
            assertThat(registry.find(DEV1)).contains(made);
        }
    }

    @Test
    void anIdIsTakenOnce() {
        create();
        assertThat(refused(registry.apply(new Create(DeviceSpec.of(DEV1, null)))))
                .isEqualTo(new DeviceExists(DEV1));
    }

    @Test
    void idsAreComparedByCaseAndLiterally() {
        for (String id : List.of("dev1", "Dev1", "dev10", "dev%31", "*", "#", "dev+", "a.b:c'd")) {
            done(registry.apply(new Create(DeviceSpec.of(new DeviceId(id), null))));
        }
        assertThat(registry.statistics().devices()).isEqualTo(8);
        assertThat(registry.find(new DeviceId("DEV1"))).isEmpty();
    }

    @Test
    void hubsWithEqualDeviceIdsStayApart() {
        create();
        Registry other = registry("hub2");
        assertThat(other.find(DEV1)).isEmpty();
        Device there = done(other.apply(new Create(DeviceSpec.of(DEV1, null))));
        registry.apply(new Delete(DEV1, ANY));
        assertThat(other.find(DEV1)).contains(there);
    }

    @Test
    void whatIsNotThereIsNotReplacedOrDeleted() {
        assertThat(refused(registry.apply(new Replace(DeviceSpec.of(DEV1, null), ANY))))
                .isEqualTo(new DeviceMissing(DEV1));
        assertThat(refused(registry.apply(new Delete(DEV1, ANY)))).isEqualTo(new DeviceMissing(DEV1));
    }

    @Test
    void aReplacementKeepsGenerationAndKeysAndChangesTheEtag() {
        Device before = create();
        Device after =
                done(registry.apply(new Replace(DeviceSpec.of(DEV1, null), Precondition.ifMatch(before.etag()))));
        assertThat(after.etag()).isNotEqualTo(before.etag());
        assertThat(after.generation()).isEqualTo(before.generation());
        assertThat(after.authentication()).isEqualTo(before.authentication());
    }

    @Test
    void aChangeToKeysWithoutKeysMakesFreshOnes() {
        done(registry.apply(new Create(DeviceSpec.of(DEV1, new Authentication.None()))));
        Device after = done(registry.apply(new Replace(keysOfTheRegistry(), ANY)));
        assertThat(after.authentication()).isInstanceOf(Authentication.Sas.class);
    }

    @Test
    void anOldEtagIsRefused() {
        Device first = create();
        Device second = done(registry.apply(new Replace(DeviceSpec.of(DEV1, null), ANY)));
        Precondition old = Precondition.ifMatch("\"" + first.etag() + "\"");
        assertThat(refused(registry.apply(new Replace(DeviceSpec.of(DEV1, null), old))))
                .isEqualTo(new EtagMismatch(Identity.of(DEV1)));
        assertThat(refused(registry.apply(new Delete(DEV1, old)))).isEqualTo(new EtagMismatch(Identity.of(DEV1)));
        assertThat(registry.find(DEV1)).contains(second);
    }

    @Test
    void ofTwoCallersWithTheSameEtagOneWins() throws Exception {
        Precondition same = Precondition.ifMatch(create().etag());
        CountDownLatch start = new CountDownLatch(1);
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<RegistryResult>> results = new ArrayList<>();
            for (int i = 0; i < 8; i++) {
                results.add(threads.submit(() -> {
                    start.await();
                    return registry.apply(new Replace(DeviceSpec.of(DEV1, null), same));
                }));
            }
            start.countDown();
            int won = 0;
            for (Future<RegistryResult> result : results) {
                won += result.get() instanceof RegistryResult.Done ? 1 : 0;
            }
            assertThat(won).isEqualTo(1);
        }
    }

    @Test
    void aDeviceThatIsCreatedAgainIsAnotherOne() {
        Device first = create();
        registry.apply(new Delete(DEV1, ANY));
        Device second = create();
        assertThat(second.generation()).isNotEqualTo(first.generation());
        assertThat(second.etag()).isNotEqualTo(first.etag());
        assertThat(second.authentication()).isNotEqualTo(first.authentication());
    }

    @Test
    void statusTimeChangesWithTheStatusOnly() {
        Instant start = clock.instant();
        create();
        clock.advance(Duration.ofMinutes(1));
        assertThat(done(registry.apply(new Replace(DeviceSpec.of(DEV1, null), ANY)))
                        .statusUpdated())
                .isEqualTo(start);
        assertThat(done(registry.apply(new Replace(spec(false, "stolen"), ANY))).statusUpdated())
                .isEqualTo(start.plusSeconds(60));
    }

    @Test
    void aReasonMayHave128CharactersOfAnyKind() {
        done(registry.apply(new Create(spec(false, "\uD83D\uDD12".repeat(128)))));
        assertThat(refused(registry.apply(new Replace(spec(false, "x".repeat(129)), ANY))))
                .isEqualTo(new StatusReasonTooLong(129, 128));
    }

    @Test
    void disablingAndDeletingAreTold() {
        create();
        assertThat(changes).isEmpty();
        registry.apply(new Replace(spec(false, ""), ANY));
        assertThat(changes).isEqualTo(List.of(new RegistryChange.DeviceDisabled(DEV1)));
        registry.apply(new Delete(DEV1, ANY));
        assertThat(changes)
                .isEqualTo(List.of(new RegistryChange.DeviceDisabled(DEV1), new RegistryChange.DeviceDeleted(DEV1)));
        registry.apply(new Delete(DEV1, ANY));
        assertThat(changes).hasSize(2);
    }

    @Test
    void theCountFollowsEveryChange() {
        for (int i = 0; i < 5; i++) {
            done(registry.apply(
                    new Create(new DeviceSpec(new DeviceId("d" + i), i % 2 == 0, "", null, false, null, List.of()))));
        }
        assertThat(registry.statistics()).isEqualTo(new RegistryStatistics(5, 2));
        registry.apply(new Delete(new DeviceId("d1"), ANY));
        registry.apply(new Replace(DeviceSpec.of(new DeviceId("d3"), null), ANY));
        assertThat(registry.statistics()).isEqualTo(new RegistryStatistics(4, 0));
        assertThat(registry.statistics().enabled()).isEqualTo(4);
    }

    @Test
    void deletionTakesEverythingOfTheDeviceAndNothingOfAnother() {
        create();
        byte[] session = "{}".getBytes(StandardCharsets.UTF_8);
        table.transact("hub1", rows -> {
            rows.put("mqtt-session", "dev1", session);
            for (int i = 0; i < 250; i++) {
                rows.put("mqtt-session", "dev1/mod" + i, session);
            }
            rows.put("mqtt-session", "dev10", session);
            rows.put("mqtt-session", "dev1-", session);
            rows.put("mqtt-session", "dev0/mod1", session);
            rows.put("mqtt-session", "dev10/mod1", session);
            return rows.put("other", "dev1", session);
        });
        registry.apply(new Delete(DEV1, ANY));
        assertThat(table.list("hub1", "mqtt-session", "", 1000))
                .extracting(row -> row.key())
                .containsExactly("dev0/mod1", "dev1-", "dev10", "dev10/mod1");
        assertThat(table.get("hub1", "other", "dev1")).isPresent();
    }

    @Test
    void aRefusedDeletionTakesNothing() {
        create();
        table.transact("hub1", rows -> rows.put("mqtt-session", "dev1", new byte[1]));
        registry.apply(new Delete(DEV1, Precondition.ifMatch("other")));
        assertThat(table.get("hub1", "mqtt-session", "dev1")).isPresent();
    }

    @Test
    void devicesAreListedInPages() {
        for (int i = 0; i < 25; i++) {
            done(registry.apply(new Create(DeviceSpec.of(new DeviceId("d%02d".formatted(i)), null))));
        }
        List<String> all = new ArrayList<>();
        String after = "";
        while (true) {
            List<Device> page = registry.list(after, 10);
            if (page.isEmpty()) {
                break;
            }
            page.forEach(device -> all.add(device.id().value()));
            after = all.getLast();
        }
        assertThat(all).hasSize(25).isSorted().doesNotHaveDuplicates();
        assertThat(registry.list("", Integer.MAX_VALUE)).hasSize(25);
    }

    @Test
    void severalChangesAreJudgedOneByOne() {
        DeviceId dev2 = new DeviceId("dev2");
        List<RegistryResult> results = registry.applyAll(List.of(
                new Create(DeviceSpec.of(DEV1, null)),
                new Create(DeviceSpec.of(DEV1, null)),
                new Delete(dev2, ANY),
                new Create(DeviceSpec.of(dev2, null)),
                new Delete(DEV1, ANY)));
        assertThat(results.get(0)).isInstanceOf(RegistryResult.Done.class);
        assertThat(refused(results.get(1))).isEqualTo(new DeviceExists(DEV1));
        assertThat(refused(results.get(2))).isEqualTo(new DeviceMissing(dev2));
        assertThat(registry.find(dev2)).contains(done(results.get(3)));
        assertThat(registry.find(DEV1)).isEmpty();
        assertThat(changes).isEqualTo(List.of(new RegistryChange.DeviceDeleted(DEV1)));
    }

    @Test
    void aGatewayHasAScopeThatStaysAndItsChildrenKeepTheirs() {
        Device gateway =
                done(registry.apply(new Create(new DeviceSpec(DEV1, true, "", null, true, "ignored", List.of()))));
        assertThat(gateway.scope()).isEqualTo("ms-azure-iot-edge://dev1-" + gateway.generation());
        Device later =
                done(registry.apply(new Replace(new DeviceSpec(DEV1, true, "", null, true, null, List.of()), ANY)));
        assertThat(later.scope()).isEqualTo(gateway.scope());
        Device child = done(registry.apply(
                new Create(new DeviceSpec(new DeviceId("leaf"), true, "", null, false, gateway.scope(), List.of()))));
        assertThat(child.parentScopes()).isEqualTo(List.of(gateway.scope()));
        assertThat(registry.find(new DeviceId("leaf"))).contains(child);
    }

    @Test
    void aRowOfTheFirstReleaseIsRead() {
        String stored = "{\"generation\":\"1\",\"enabled\":false,\"statusReason\":\"why\",\"statusUpdated\":"
                + "\"2026-01-01T00:00:00Z\",\"authentication\":\"none\",\"primary\":null,\"secondary\":null,"
                + "\"edge\":false}";
        table.transact("hub1", rows -> rows.put("device", "dev1", stored.getBytes(StandardCharsets.UTF_8)));
        Device device = registry.find(DEV1).orElseThrow();
        assertThat(device.statusReason()).isEqualTo("why");
        assertThat(device.parentScopes()).isEmpty();
    }

    @Test
    void nothingThatIsPrintedHoldsAKey() {
        Device device = create();
        String primary =
                ((Authentication.Sas) device.authentication()).keys().primary().base64();
        assertThat(device.toString()).doesNotContain(primary);
        assertThat(new RegistryResult.Done(device).toString()).doesNotContain(primary);
        byte[] row = table.get("hub1", "device", "dev1").orElseThrow().value();
        assertThat(new String(row, StandardCharsets.UTF_8)).contains(primary);
    }
}
