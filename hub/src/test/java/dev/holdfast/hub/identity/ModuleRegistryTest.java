package dev.holdfast.hub.identity;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.base.DeviceId;
import dev.holdfast.base.HubName;
import dev.holdfast.base.Limits;
import dev.holdfast.base.ModuleId;
import dev.holdfast.testkit.TestClock;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class ModuleRegistryTest {
    private static final DeviceId DEV1 = new DeviceId("dev1");
    private static final ModuleName FILTER = new ModuleName(DEV1, new ModuleId("filter"));
    private static final Precondition ANY = new Precondition.Exists();
    private static final int MAX = Limits.defaults().registry().modulesMax();

    private final RepeatingTable table = new RepeatingTable();
    private final TestClock clock = new TestClock(Instant.parse("2026-11-22T08:00:00Z"));
    private final List<RegistryChange> changes = new ArrayList<>();
    private final Registry devices = new Registry(
            table,
            new HubName("hub1"),
            clock,
            new SecureRandom(),
            Limits.defaults().registry(),
            changes::add);
    private final ModuleRegistry modules = devices.modules();

    @BeforeEach
    void register() {
        for (String id : List.of("dev1", "dev10", "Dev1")) {
            devices.apply(new RegistryRequest.Create(DeviceSpec.of(new DeviceId(id), null)));
        }
    }

    private static ModuleName name(String device, String module) {
        return new ModuleName(new DeviceId(device), new ModuleId(module));
    }

    private DeviceModule create(ModuleName name) {
        return done(modules.apply(new ModuleRequest.Create(ModuleSpec.of(name, null))));
    }

    private static DeviceModule done(ModuleResult result) {
        assertThat(result).isInstanceOf(ModuleResult.Done.class);
        return ((ModuleResult.Done) result).module();
    }

    private static RegistryRefusal refused(ModuleResult result) {
        assertThat(result).isInstanceOf(ModuleResult.Refused.class);
        return ((ModuleResult.Refused) result).refusal();
    }

    private static SymmetricKeys keys(DeviceModule module) {
        return ((Authentication.Sas) module.authentication()).keys();
    }

    @Test
    void a_new_module_gets_keys_and_a_generation_of_its_own_and_is_found_as_it_was_returned() {
        DeviceModule made = create(FILTER);

        Device device = devices.find(DEV1).orElseThrow();
        assertThat(modules.find(FILTER)).contains(made);
        assertThat(made.generation()).matches("[0-9]{1,19}").isNotEqualTo(device.generation());
        assertThat(keys(made)).isNotEqualTo(((Authentication.Sas) device.authentication()).keys());
        assertThat(device.version()).as("the device is as it was").isLessThan(made.version());
        assertThat(changes).isEmpty();
    }

    @Test
    void no_module_is_made_twice_or_for_a_device_that_is_not_there() {
        DeviceModule made = create(FILTER);

        assertThat(refused(modules.apply(new ModuleRequest.Create(ModuleSpec.of(FILTER, null)))))
                .isEqualTo(new RegistryRefusal.ModuleExists(FILTER));
        ModuleName lost = name("nobody", "filter");
        assertThat(refused(modules.apply(new ModuleRequest.Create(ModuleSpec.of(lost, null)))))
                .isEqualTo(new RegistryRefusal.DeviceMissing(lost.device()));
        assertThat(modules.find(FILTER)).contains(made);
        assertThat(modules.names()).containsExactly("dev1/filter");
    }

    @Test
    void a_device_has_at_most_so_many_modules_and_those_of_others_do_not_count() {
        for (int i = 0; i < MAX; i++) {
            create(name("dev1", "m" + i));
            create(name("Dev1", "m" + i));
        }
        ModuleRequest more = new ModuleRequest.Create(ModuleSpec.of(FILTER, null));
        assertThat(refused(modules.apply(more))).isEqualTo(new RegistryRefusal.TooManyModules(DEV1, MAX));
        assertThat(refused(modules.apply(new ModuleRequest.Create(ModuleSpec.of(name("dev1", "m0"), null)))))
                .as("what is there is told first")
                .isInstanceOf(RegistryRefusal.ModuleExists.class);
        create(name("dev10", "filter"));
        done(modules.apply(new ModuleRequest.Replace(ModuleSpec.of(name("dev1", "m0"), null), ANY)));
        done(modules.apply(new ModuleRequest.Delete(name("dev1", "m0"), ANY)));
        done(modules.apply(more));
    }

    @Test
    void all_modules_of_a_device_are_listed_and_nobody_elses() {
        for (int i = 0; i < MAX; i++) {
            create(name("dev1", "m" + i));
        }
        create(name("dev10", "a"));
        create(name("Dev1", "z"));

        assertThat(modules.of(DEV1))
                .hasSize(MAX)
                .allMatch(module -> module.name().device().equals(DEV1));
        assertThat(modules.of(new DeviceId("dev10")))
                .extracting(module -> module.name().toString())
                .containsExactly("dev10/a");
        assertThat(modules.of(new DeviceId("dev"))).isEmpty();
    }

    @Test
    void what_is_changed_keeps_its_generation_and_gets_another_etag() {
        DeviceModule made = create(FILTER);
        ModuleSpec managed = new ModuleSpec(FILTER, null, false, "IotEdge");

        DeviceModule changed = done(modules.apply(new ModuleRequest.Replace(managed, ANY)));

        assertThat(changed.managedBy()).isEqualTo("IotEdge");
        assertThat(changed.generation()).isEqualTo(made.generation());
        assertThat(changed.authentication()).isEqualTo(made.authentication());
        assertThat(changed.etag()).isNotEqualTo(made.etag());
        assertThat(modules.find(FILTER)).contains(changed);
        Precondition stale = new Precondition.HasEtag(List.of(made.etag()));
        RegistryRefusal mismatch = new RegistryRefusal.EtagMismatch(FILTER.identity());
        assertThat(refused(modules.apply(new ModuleRequest.Replace(managed, stale))))
                .isEqualTo(mismatch);
        assertThat(refused(modules.apply(new ModuleRequest.Delete(FILTER, stale))))
                .isEqualTo(mismatch);
        Precondition fresh = new Precondition.HasEtag(List.of(changed.etag()));
        done(modules.apply(new ModuleRequest.Delete(FILTER, fresh)));
    }

    @Test
    void what_is_not_there_is_neither_changed_nor_deleted() {
        RegistryRefusal missing = new RegistryRefusal.ModuleMissing(FILTER);
        assertThat(refused(modules.apply(new ModuleRequest.Replace(ModuleSpec.of(FILTER, null), ANY))))
                .isEqualTo(missing);
        assertThat(refused(modules.apply(new ModuleRequest.Delete(FILTER, ANY))))
                .isEqualTo(missing);
        assertThat(refused(modules.apply(new ModuleRequest.RenewKeys(FILTER, KeyRenewal.BOTH))))
                .isEqualTo(missing);
    }

    @Test
    void text_that_is_too_long_is_refused() {
        ModuleSpec long1 = new ModuleSpec(FILTER, null, false, "x".repeat(129));
        assertThat(refused(modules.apply(new ModuleRequest.Create(long1))))
                .isEqualTo(new RegistryRefusal.ManagedByTooLong(129, 128));
        assertThat(modules.find(FILTER)).isEmpty();
    }

    @Test
    void every_kind_of_authentication_comes_back_as_it_was_stored() {
        create(FILTER);
        for (Authentication kind : List.of(
                new Authentication.SelfSigned(new Thumbprint("A".repeat(40)), null),
                new Authentication.SelfSigned(null, new Thumbprint("B".repeat(64))),
                new Authentication.CertificateAuthority(),
                new Authentication.None())) {
            DeviceModule changed = done(modules.apply(new ModuleRequest.Replace(ModuleSpec.of(FILTER, kind), ANY)));
            assertThat(changed.authentication()).isEqualTo(kind);
            assertThat(modules.find(FILTER)).contains(changed);
        }
        assertThat(refused(modules.apply(new ModuleRequest.RenewKeys(FILTER, KeyRenewal.BOTH))))
                .isEqualTo(new RegistryRefusal.ModuleWithoutKeys(FILTER, new Authentication.None()));
    }

    @Test
    void whoever_may_be_connected_by_what_counts_no_more_is_told() {
        create(FILTER);
        DeviceModule renewed = done(modules.apply(new ModuleRequest.RenewKeys(FILTER, KeyRenewal.PRIMARY)));
        done(modules.apply(new ModuleRequest.RenewKeys(FILTER, KeyRenewal.SWAP)));
        done(modules.apply(new ModuleRequest.Replace(ModuleSpec.of(FILTER, new Authentication.None()), ANY)));
        done(modules.apply(new ModuleRequest.Delete(FILTER, ANY)));

        assertThat(changes)
                .containsExactly(
                        new RegistryChange.KeyReplaced(FILTER.identity(), keys(renewed)),
                        new RegistryChange.CredentialWithdrawn(FILTER.identity()),
                        new RegistryChange.ModuleDeleted(FILTER));
    }

    @Test
    void modules_go_with_their_device_and_what_was_kept_for_them_too() {
        create(FILTER);
        create(name("dev10", "filter"));
        table.transact("hub1", rows -> {
            rows.put("mqtt-session", "dev1/filter", new byte[] {1});
            return rows.put("mqtt-session", "dev10/filter", new byte[] {1});
        });

        devices.apply(new RegistryRequest.Delete(DEV1, ANY));

        assertThat(modules.names()).containsExactly("dev10/filter");
        assertThat(table.get("hub1", "mqtt-session", "dev1/filter")).isEmpty();
        assertThat(table.get("hub1", "mqtt-session", "dev10/filter")).isPresent();
        devices.apply(new RegistryRequest.Create(DeviceSpec.of(DEV1, null)));
        assertThat(modules.of(DEV1)).isEmpty();
    }

    @Test
    void a_deleted_module_leaves_nothing_and_is_another_one_when_it_is_made_again() {
        DeviceModule first = create(FILTER);
        create(name("dev1", "filter2"));
        table.transact("hub1", rows -> {
            rows.put("mqtt-session", "dev1/filter", new byte[] {1});
            return rows.put("mqtt-session", "dev1/filter2", new byte[] {1});
        });

        done(modules.apply(new ModuleRequest.Delete(FILTER, ANY)));

        assertThat(modules.find(FILTER)).isEmpty();
        assertThat(table.get("hub1", "mqtt-session", "dev1/filter")).isEmpty();
        assertThat(table.get("hub1", "mqtt-session", "dev1/filter2")).isPresent();
        assertThat(devices.find(DEV1)).isPresent();
        assertThat(create(FILTER).generation()).isNotEqualTo(first.generation());
    }

    @Test
    void several_are_changed_at_once_each_judged_by_itself() {
        List<ModuleResult> results = modules.applyAll(List.of(
                new ModuleRequest.Create(ModuleSpec.of(FILTER, null)),
                new ModuleRequest.Create(ModuleSpec.of(FILTER, null)),
                new ModuleRequest.Delete(name("dev1", "other"), ANY),
                new ModuleRequest.Delete(FILTER, ANY)));

        done(results.get(0));
        assertThat(refused(results.get(1))).isEqualTo(new RegistryRefusal.ModuleExists(FILTER));
        assertThat(refused(results.get(2))).isEqualTo(new RegistryRefusal.ModuleMissing(name("dev1", "other")));
        done(results.get(3));
        assertThat(changes).containsExactly(new RegistryChange.ModuleDeleted(FILTER));
    }

    @Test
    void no_key_is_in_any_text() {
        DeviceModule made = create(FILTER);
        assertThat(made.toString() + keys(made) + StoredCredential.of(made.authentication()))
                .doesNotContain(keys(made).primary().base64())
                .doesNotContain(keys(made).secondary().base64());
    }
}
