package dev.holdfast.hub.twin;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.base.DeviceId;
import dev.holdfast.base.HubName;
import dev.holdfast.base.Limits;
import dev.holdfast.base.ModuleId;
import dev.holdfast.hub.MemoryTable;
import dev.holdfast.hub.identity.DeviceSpec;
import dev.holdfast.hub.identity.Identity;
import dev.holdfast.hub.identity.Precondition;
import dev.holdfast.hub.identity.Registry;
import dev.holdfast.hub.identity.RegistryRequest;
import dev.holdfast.hub.link.DeviceLink;
import dev.holdfast.hub.link.DeviceLinks;
import dev.holdfast.hub.link.Downlink;
import dev.holdfast.hub.link.LinkEnd;
import dev.holdfast.testkit.TestClock;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Twins over a table: what is kept, whose it is, and who is told. */
class TwinsTest {
    private static final Identity DEV1 = Identity.of(new DeviceId("dev1"));
    private static final Identity DEV10 = Identity.of(new DeviceId("dev10"));
    private static final Precondition ANY = new Precondition.Exists();

    private final MemoryTable table = new MemoryTable();
    private final DeviceLinks links = new DeviceLinks();
    private final TestClock clock = new TestClock(Instant.parse("2026-11-22T08:00:00Z"));
    private final Registry registry = registry("hub1");
    private final Twins twins = twins("hub1", registry);

    TwinsTest() {
        create(DEV1);
        create(DEV10);
    }

    private Registry registry(String hub) {
        return new Registry(
                table,
                new HubName(hub),
                clock,
                new SecureRandom(),
                Limits.defaults().registry(),
                _ -> {});
    }

    private Twins twins(String hub, Registry of) {
        return new Twins(
                table,
                new HubName(hub),
                of,
                links,
                clock,
                new SecureRandom(),
                Limits.defaults().twin());
    }

    private void create(Identity identity) {
        registry.apply(new RegistryRequest.Create(DeviceSpec.of(identity.device(), null)));
    }

    private TwinContent content(String json) {
        return switch (twins.reader().read(json.replace('\'', '"').getBytes(StandardCharsets.UTF_8))) {
            case TwinReader.Read.Content(var content) -> content;
            case TwinReader.Read.Refused(var why) -> throw new AssertionError(why.explain());
        };
    }

    private SectionChange merge(String json) {
        return new SectionChange.Merge(content(json));
    }

    private TwinResult write(
            Identity identity, Precondition when, @Nullable SectionChange tags, @Nullable SectionChange desired) {
        return twins.apply(new TwinRequest.Write(identity, when, tags, desired));
    }

    private TwinResult report(Identity identity, String json, @Nullable Long expected) {
        String generation = registry.generation(identity).orElse("gone");
        return twins.apply(new TwinRequest.Report(identity, generation, content(json), expected));
    }

    private static Twin found(TwinResult result) {
        return ((TwinResult.Found) result).twin();
    }

    private static String refused(TwinResult result) {
        return ((TwinResult.Refused) result).refusal().reason();
    }

    @Test
    void a_twin_is_there_before_it_is_written_and_the_same_each_time() {
        int writes = table.writes();
        Twin twin = found(twins.find(DEV1));
        assertThat(twin).isEqualTo(found(twins.find(DEV1)));
        assertThat(twin.version()).isEqualTo(1);
        assertThat(twin.forDevice().toString())
                .isEqualTo("{\"desired\":{\"$version\":1},\"reported\":{\"$version\":1}}");
        assertThat(twin.etag()).isNotEqualTo(found(twins.find(DEV10)).etag());
        assertThat(table.writes()).isEqualTo(writes);
    }

    @Test
    void versions_count_and_the_etag_is_of_what_services_write() {
        String first = found(twins.find(DEV1)).etag();
        Twin reported = found(report(DEV1, "{'a':1}", null));
        assertThat(reported.etag()).isEqualTo(first);
        assertThat(reported.version()).isEqualTo(2);
        Twin written =
                found(write(DEV1, Precondition.ifMatch("\"" + first + "\""), merge("{'t':1}"), merge("{'d':1}")));
        assertThat(written.etag()).isNotEqualTo(first);
        assertThat(written.version()).isEqualTo(3);
        assertThat(written.desired().version()).isEqualTo(2);
        assertThat(written.reported().version()).isEqualTo(2);
        assertThat(refused(write(DEV1, Precondition.ifMatch(first), merge("{}"), null)))
                .isEqualTo("TwinEtagMismatch");
        assertThat(found(twins("hub1", registry).find(DEV1)))
                .as("from the table")
                .hasToString(written.toString());
        assertThat(found(write(DEV1, ANY, null, null))).as("nothing asked").hasToString(written.toString());
    }

    @Test
    void a_report_may_name_the_version_that_it_expects() {
        assertThat(found(report(DEV1, "{'a':1}", 1L)).reported().version()).isEqualTo(2);
        assertThat(refused(report(DEV1, "{'a':2}", 1L))).isEqualTo("ReportedVersionMismatch");
        assertThat(found(twins.find(DEV1)).reported().values().toString()).isEqualTo("{\"a\":1}");
    }

    @Test
    void nobody_has_the_twin_of_somebody_else() {
        found(write(DEV1, ANY, merge("{'whose':'dev1'}"), null));
        found(report(DEV1, "{'whose':'dev1'}", null));
        for (String other : List.of("dev10", "Dev1", "dev1.", "dev")) {
            Identity identity = Identity.of(new DeviceId(other));
            if (!other.equals("dev10")) {
                create(identity);
            }
            assertThat(found(twins.find(identity)).version()).as(other).isEqualTo(1);
        }
        Registry elsewhere = registry("hub2");
        elsewhere.apply(new RegistryRequest.Create(DeviceSpec.of(DEV1.device(), null)));
        assertThat(found(twins("hub2", elsewhere).find(DEV1)).version())
                .as("of another hub")
                .isEqualTo(1);
        assertThat(refused(twins.find(Identity.of(new DeviceId("nobody"))))).isEqualTo("TwinDeviceMissing");
        assertThat(refused(twins.find(new Identity(DEV1.device(), new ModuleId("m")))))
                .isEqualTo("TwinModuleMissing");
        assertThat(refused(write(new Identity(DEV1.device(), new ModuleId("m")), ANY, merge("{'x':1}"), null)))
                .isEqualTo("TwinModuleMissing");
    }

    @Test
    void a_twin_goes_with_its_device_and_a_late_report_with_it() {
        String generation = registry.generation(DEV1).orElseThrow();
        String etag =
                found(write(DEV1, ANY, merge("{'t':1}"), merge("{'d':1}"))).etag();
        found(report(DEV1, "{'r':1}", null));
        twins.announce(DEV1, generation, "dtmi:a;1");
        registry.apply(new RegistryRequest.Delete(DEV1.device(), ANY));
        assertThat(table.list("hub1", TwinRows.KIND, "", 10)).isEmpty();
        assertThat(table.list("hub1", TwinRows.KIND_REPORTED, "", 10)).isEmpty();
        create(DEV1);
        TwinRequest late = new TwinRequest.Report(DEV1, generation, content("{'late':1}"), null);
        assertThat(refused(twins.apply(late))).isEqualTo("TwinDeviceMissing");
        twins.announce(DEV1, generation, "dtmi:late;1");
        Twin twin = found(twins.find(DEV1));
        assertThat(twin.version()).isEqualTo(1);
        assertThat(twin.modelId()).isNull();
        assertThat(twin.etag()).isNotEqualTo(etag);
    }

    @Test
    void sections_have_their_sizes_and_a_change_that_is_too_much_changes_nothing() {
        String text = "'" + "x".repeat(4000) + "'";
        assertThat(refused(write(DEV1, ANY, merge("{'a':" + text + ",'b':" + text + ",'c':" + text + "}"), null)))
                .isEqualTo("TwinTooLarge");
        for (int i = 0; i < 8; i++) {
            found(report(DEV1, "{'k" + i + "':" + text + "}", null));
            found(write(DEV1, ANY, null, merge("{'k" + i + "':" + text + "}")));
        }
        assertThat(refused(report(DEV1, "{'k8':" + text + "}", null))).isEqualTo("TwinTooLarge");
        assertThat(refused(write(DEV1, ANY, merge("{'t':1}"), merge("{'k8':" + text + "}"))))
                .isEqualTo("TwinTooLarge");
        assertThat(found(twins.find(DEV1)).tags()).isEmpty();
        found(report(DEV1, "{'k8':" + text + ",'k0':null}", null));
    }

    @Test
    void a_model_is_kept_until_another_is_announced_and_written_once() {
        String generation = registry.generation(DEV1).orElseThrow();
        twins.announce(DEV1, generation, "dtmi:a;1");
        int writes = table.writes();
        twins.announce(DEV1, generation, "dtmi:a;1");
        assertThat(table.writes()).isEqualTo(writes);
        found(report(DEV1, "{'a':1}", null));
        assertThat(found(twins.find(DEV1)).modelId()).isEqualTo("dtmi:a;1");
        twins.announce(DEV1, generation, "dtmi:b;1");
        Twin twin = found(twins.find(DEV1));
        assertThat(twin.modelId()).isEqualTo("dtmi:b;1");
        assertThat(twin.reported().version()).as("announcing is no report").isEqualTo(2);
    }

    /** A device that remembers what it is told. */
    private static final class Listener implements DeviceLink {
        private final List<Downlink> told = Collections.synchronizedList(new ArrayList<>());

        @Override
        public void send(Downlink downlink) {
            told.add(downlink);
        }

        @Override
        public void end(LinkEnd why) {}
    }

    @Test
    void a_device_is_told_of_its_desired_properties_and_of_nothing_else() {
        Listener device = new Listener();
        Listener other = new Listener();
        InetSocketAddress address = InetSocketAddress.createUnresolved("device", 1);
        links.register(DEV1, device, address);
        links.register(DEV10, other, address);
        found(write(DEV1, ANY, merge("{'t':1}"), null));
        found(report(DEV1, "{'r':1}", null));
        refused(write(DEV1, Precondition.ifMatch("stale"), null, merge("{'no':1}")));
        found(write(DEV1, ANY, null, merge("{'a':{'b':null,'c':1}}")));
        found(write(DEV1, ANY, null, new SectionChange.Replace(content("{'d':2}"))));
        assertThat(other.told).isEmpty();
        assertThat(device.told)
                .map(told -> (Downlink.DesiredChanged) told)
                .map(told -> told.version() + " " + new String(told.patch(), StandardCharsets.UTF_8).replace('"', '\''))
                .containsExactly("2 {'a':{'b':null,'c':1},'$version':2}", "3 {'d':2,'a':null,'$version':3}");
    }

    @Test
    void of_many_writers_a_device_hears_in_the_order_of_versions() throws Exception {
        Listener device = new Listener();
        links.register(DEV1, device, InetSocketAddress.createUnresolved("device", 1));
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int i = 0; i < 200; i++) {
                int value = i;
                threads.execute(() -> found(write(DEV1, ANY, null, merge("{'v':" + value + "}"))));
            }
        }
        assertThat(device.told)
                .map(told -> ((Downlink.DesiredChanged) told).version())
                .containsExactlyElementsOf(
                        IntStream.range(2, 202).mapToObj(i -> (long) i).toList());
    }
}
