package dev.holdfast.hub.event;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.base.DeviceId;
import dev.holdfast.base.HubName;
import dev.holdfast.base.Limits;
import dev.holdfast.base.ModuleId;
import dev.holdfast.hub.MemoryLog;
import dev.holdfast.hub.MemoryTable;
import dev.holdfast.hub.fault.FaultOrders;
import dev.holdfast.hub.identity.DeviceSpec;
import dev.holdfast.hub.identity.Identity;
import dev.holdfast.hub.identity.ModuleName;
import dev.holdfast.hub.identity.ModuleRequest;
import dev.holdfast.hub.identity.ModuleResult;
import dev.holdfast.hub.identity.ModuleSpec;
import dev.holdfast.hub.identity.Precondition;
import dev.holdfast.hub.identity.Registry;
import dev.holdfast.hub.identity.RegistryRequest;
import dev.holdfast.hub.identity.RegistryResult;
import dev.holdfast.hub.link.DeviceLink;
import dev.holdfast.hub.link.DeviceLinks;
import dev.holdfast.hub.link.LinkEnd;
import dev.holdfast.hub.telemetry.EventSource;
import dev.holdfast.hub.telemetry.Intake;
import dev.holdfast.hub.telemetry.Origin;
import dev.holdfast.hub.telemetry.StoredMessage;
import dev.holdfast.hub.telemetry.SystemProperty;
import dev.holdfast.hub.throttle.Gate;
import dev.holdfast.hub.twin.SectionChange;
import dev.holdfast.hub.twin.TwinContent;
import dev.holdfast.hub.twin.TwinReader;
import dev.holdfast.hub.twin.TwinRequest;
import dev.holdfast.hub.twin.TwinResult;
import dev.holdfast.hub.twin.Twins;
import dev.holdfast.testkit.TestClock;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** What readers are told of twins, identities and connections; that nothing that was answered is missing, whatever the log does. */
class HubEventsTest {
    private static final HubName HUB = new HubName("hub1");
    private static final DeviceId DEV1 = new DeviceId("dev1");
    private static final Identity DEVICE = Identity.of(DEV1);
    private static final ModuleName MODULE = new ModuleName(DEV1, new ModuleId("mod1"));
    private static final InetSocketAddress ADDRESS = new InetSocketAddress(InetAddress.getLoopbackAddress(), 4711);

    private final TestClock clock = new TestClock(Instant.parse("2026-12-01T12:00:00.123Z"));
    private final MemoryTable table = new MemoryTable();
    private final MemoryLog log = new MemoryLog(4);
    private final Set<EventSource> wanted = EnumSet.allOf(EventSource.class);
    private HubEvents events = start();
    private DeviceLinks links = new DeviceLinks(events);
    private Registry registry = registry();
    private Twins twins = twins();

    private HubEvents start() {
        return new HubEvents(
                table, HUB, () -> wanted, new Intake(log, Limits.defaults().telemetry(), FaultOrders.none()), clock);
    }

    private Registry registry() {
        return new Registry(
                table, HUB, clock, new SecureRandom(), Limits.defaults().registry(), _ -> {}, events, Gate.open());
    }

    private Twins twins() {
        return new Twins(
                table,
                HUB,
                registry,
                links,
                clock,
                new SecureRandom(),
                Limits.defaults().twin(),
                events,
                Gate.open());
    }

    /** As after a crash: what was only in memory is gone. */
    private void restart() {
        events = start();
        links = new DeviceLinks(events);
        registry = registry();
        twins = twins();
    }

    private void make() {
        assertThat(registry.apply(new RegistryRequest.Create(DeviceSpec.of(DEV1, null))))
                .isInstanceOf(RegistryResult.Done.class);
    }

    private void makeModule() {
        assertThat(registry.modules().apply(new ModuleRequest.Create(ModuleSpec.of(MODULE, null))))
                .isInstanceOf(ModuleResult.Done.class);
    }

    private TwinContent content(String json) {
        return switch (twins.reader().read(json.getBytes(StandardCharsets.UTF_8))) {
            case TwinReader.Read.Content(var content) -> content;
            case TwinReader.Read.Refused(var why) -> throw new AssertionError(why);
        };
    }

    private void write(@Nullable SectionChange tags, @Nullable SectionChange desired) {
        assertThat(twins.apply(new TwinRequest.Write(DEVICE, new Precondition.Exists(), tags, desired)))
                .isInstanceOf(TwinResult.Found.class);
    }

    private List<StoredMessage> told() {
        return log.all().stream().map(StoredMessage::of).toList();
    }

    /** Waits for what another thread brings to the log. */
    private List<StoredMessage> told(int count) {
        long end = System.nanoTime() + Duration.ofSeconds(20).toNanos();
        while (told().size() < count) {
            if (System.nanoTime() > end) {
                throw new AssertionError("told " + told().size() + " instead of " + count);
            }
            Thread.onSpinWait();
        }
        return told();
    }

    private StoredMessage last(int count) {
        return told(count).getLast();
    }

    private static JsonNode body(StoredMessage message) {
        return JsonMapper.shared().readTree(message.message().body());
    }

    private static String operation(StoredMessage message) {
        return message.message().properties().getOrDefault("opType", "none");
    }

    @Test
    void update_is_told_with_its_patch_and_when_each_part_was_updated() {
        make();
        write(
                new SectionChange.Merge(content("{\"tag1\":\"new value\"}")),
                new SectionChange.Merge(content("{\"a\":{\"b\":1,\"c\":2},\"stays\":true}")));
        write(null, new SectionChange.Merge(content("{\"a\":{\"b\":3,\"c\":null}}")));

        StoredMessage first = told(3).get(1);
        assertThat(body(first).toString())
                .isEqualTo("{\"version\":2,\"tags\":{\"tag1\":\"new value\"},\"properties\":{\"desired\":"
                        + "{\"a\":{\"b\":1,\"c\":2},\"stays\":true,\"$metadata\":{"
                        + stamp(2) + ",\"a\":{" + stamp(2) + ",\"b\":{" + stamp(2) + "},\"c\":{" + stamp(2)
                        + "}},\"stays\":{" + stamp(2) + "}},\"$version\":2}}}");
        StoredMessage second = last(3);
        assertThat(body(second).toString())
                .isEqualTo("{\"version\":3,\"properties\":{\"desired\":{\"a\":{\"b\":3,\"c\":null},\"$metadata\":{"
                        + stamp(3) + ",\"a\":{" + stamp(3) + ",\"b\":{" + stamp(3) + "}}},\"$version\":3}}}");
        assertThat(second.origin()).isEqualTo(new Origin.Told(EventSource.TWIN_CHANGES, DEVICE));
        assertThat(second.message().properties())
                .containsEntry("hubName", "hub1")
                .containsEntry("deviceId", "dev1")
                .containsEntry("opType", "updateTwin")
                .containsEntry("iothub-message-schema", "twinChangeNotification")
                .containsEntry("operationTimestamp", "2026-12-01T12:00:00.1230000Z")
                .hasSize(5);
        assertThat(second.message().system())
                .containsEntry(SystemProperty.CONTENT_TYPE, "application/json")
                .containsEntry(SystemProperty.CONTENT_ENCODING, "utf-8")
                .containsEntry(SystemProperty.USER_ID, "hub1")
                .containsKey(SystemProperty.CORRELATION_ID)
                .hasSize(4);
    }

    private static String stamp(int version) {
        return "\"$lastUpdated\":\"2026-12-01T12:00:00.1230000Z\",\"$lastUpdatedVersion\":" + version;
    }

    @Test
    void replacement_is_told_with_the_whole_twin() {
        make();
        write(new SectionChange.Replace(content("{\"t\":1}")), new SectionChange.Replace(content("{\"a\":1}")));
        StoredMessage event = last(2);
        assertThat(operation(event)).isEqualTo("replaceTwin");
        JsonNode body = body(event);
        assertThat(body.propertyNames()).containsExactly("deviceId", "etag", "version", "tags", "properties");
        assertThat(body.at("/properties/desired/a").intValue()).isEqualTo(1);
        assertThat(body.at("/properties/desired/$metadata/a/$lastUpdatedVersion")
                        .intValue())
                .isEqualTo(2);
        assertThat(body.at("/properties/reported/$version").intValue()).isEqualTo(1);
    }

    @Test
    void what_a_device_reports_is_told() {
        make();
        String generation = registry.generation(DEVICE).orElseThrow();
        assertThat(twins.apply(new TwinRequest.Report(DEVICE, generation, content("{\"heat\":7}"), null)))
                .isInstanceOf(TwinResult.Found.class);
        StoredMessage event = last(2);
        assertThat(operation(event)).isEqualTo("updateTwin");
        assertThat(body(event).at("/properties/reported/heat").intValue()).isEqualTo(7);
        assertThat(body(event).at("/properties/reported/$version").intValue()).isEqualTo(2);
    }

    @Test
    void refused_change_is_not_told() {
        make();
        TwinResult refused = twins.apply(new TwinRequest.Write(
                DEVICE, Precondition.ifMatch("\"other\""), new SectionChange.Merge(content("{\"t\":1}")), null));
        assertThat(refused).isInstanceOf(TwinResult.Refused.class);
        write(new SectionChange.Merge(content("{\"t\":2}")), null);
        assertThat(told(2)).hasSize(2);
    }

    @Test
    void fullest_twin_is_told_without_the_times_of_its_parts() {
        make();
        String full = IntStream.range(0, 6000)
                .mapToObj(i -> "\"k" + i + "\":\"\"")
                .collect(Collectors.joining(",", "{", "}"));
        write(null, new SectionChange.Replace(content(full.substring(0, full.indexOf("\"k4500\"") - 1) + "}")));
        StoredMessage event = last(2);
        assertThat(event.message().body().length).isBetween(30_000, 256 * 1024);
        assertThat(body(event).at("/properties/desired").has("$metadata")).isFalse();
        assertThat(body(event).at("/properties/desired/k4499").isString()).isTrue();
        assertThat(body(event).at("/properties/desired/$version").intValue()).isEqualTo(2);
    }

    @Test
    void identities_that_come_and_go_are_told_with_their_twins() {
        make();
        makeModule();
        write(new SectionChange.Merge(content("{\"t\":1}")), null);
        assertThat(registry.apply(new RegistryRequest.Delete(DEV1, new Precondition.Exists())))
                .isInstanceOf(RegistryResult.Done.class);
        List<StoredMessage> all = told(5);
        assertThat(all)
                .extracting(HubEventsTest::operation)
                .containsExactly(
                        "createDeviceIdentity",
                        "createDeviceIdentity",
                        "updateTwin",
                        "deleteDeviceIdentity",
                        "deleteDeviceIdentity");
        StoredMessage module = all.get(1);
        assertThat(module.origin()).isEqualTo(new Origin.Told(EventSource.LIFECYCLE, MODULE.identity()));
        assertThat(module.message().properties())
                .containsEntry("moduleId", "mod1")
                .containsEntry("iothub-message-schema", "deviceLifecycleNotification");
        assertThat(body(module).toString())
                .startsWith("{\"deviceId\":\"dev1\",\"moduleId\":\"mod1\",\"etag\":\"")
                .endsWith("\"version\":1,\"properties\":{\"desired\":{\"$metadata\":{\"$lastUpdated\":"
                        + "\"0001-01-01T00:00:00Z\"},\"$version\":1},\"reported\":{\"$metadata\":{\"$lastUpdated\":"
                        + "\"0001-01-01T00:00:00Z\"},\"$version\":1}}}");
        assertThat(all.get(3).message().properties()).as("its module first").containsEntry("moduleId", "mod1");
        assertThat(body(all.get(4)).at("/tags/t").intValue()).as("as it was").isEqualTo(1);
    }

    @Test
    void connections_are_told_with_numbers_that_rise() {
        DeviceLink first = _ -> {};
        DeviceLink second = _ -> {};
        DeviceLinks.Registration one = links.register(DEVICE, first, ADDRESS);
        DeviceLinks.Registration two = links.register(DEVICE, second, ADDRESS);
        one.close();
        assertThat(told()).as("a takeover is no news").hasSize(1);
        two.close();
        two.close();
        restart();
        clock.set(Instant.EPOCH);
        links.register(DEVICE, first, ADDRESS);
        assertThat(told())
                .extracting(HubEventsTest::operation)
                .containsExactly("deviceConnected", "deviceDisconnected", "deviceConnected");
        List<String> numbers = told().stream()
                .map(event -> body(event).get("sequenceNumber").stringValue())
                .toList();
        assertThat(numbers).isSorted().doesNotHaveDuplicates().allMatch(number -> number.matches("[0-9a-f]{64}"));
        assertThat(told().getFirst().message().properties())
                .containsEntry("iothub-message-schema", "deviceConnectionStateNotification");
    }

    /** At the end of the server the log is closed before its sockets are. */
    @Test
    void end_of_all_connections_is_told_at_once_and_once() {
        DeviceLinks.Registration entry = links.register(DEVICE, _ -> {}, ADDRESS);
        links.endAll(new LinkEnd.ServerStopping());
        assertThat(told())
                .extracting(HubEventsTest::operation)
                .containsExactly("deviceConnected", "deviceDisconnected");
        entry.close();
        assertThat(told()).hasSize(2);
    }

    @Test
    void nothing_is_told_that_nobody_wants() {
        wanted.clear();
        make();
        write(new SectionChange.Merge(content("{\"t\":1}")), null);
        links.register(DEVICE, _ -> {}, ADDRESS).close();
        wanted.add(EventSource.LIFECYCLE);
        write(new SectionChange.Merge(content("{\"t\":2}")), null);
        assertThat(registry.apply(new RegistryRequest.Delete(DEV1, new Precondition.Exists())))
                .isInstanceOf(RegistryResult.Done.class);
        assertThat(told(1)).extracting(HubEventsTest::operation).containsExactly("deleteDeviceIdentity");
    }

    @Test
    void one_that_the_log_does_not_take_holds_up_no_other_and_makes_none_come_twice() {
        DeviceId other = new DeviceId("a");
        log.fail(1, "no space left");
        make();
        assertThat(registry.apply(new RegistryRequest.Create(DeviceSpec.of(other, null))))
                .isInstanceOf(RegistryResult.Done.class);
        long end = System.nanoTime() + Duration.ofSeconds(20).toNanos();
        while (log.failures() < 6 && System.nanoTime() < end) {
            events.look();
        }
        assertThat(log.failures()).isGreaterThanOrEqualTo(6);
        assertThat(told())
                .extracting(event -> event.message().properties().get("deviceId"))
                .containsExactly("a");
        log.fail(null);
        while (told().size() < 2 && System.nanoTime() < end) {
            events.look();
        }
        assertThat(told())
                .extracting(event -> event.message().properties().get("deviceId"))
                .containsExactlyInAnyOrder("dev1", "a");
    }

    @Test
    void what_the_log_did_not_take_waits_for_it() {
        log.fail("no space left");
        make();
        write(new SectionChange.Merge(content("{\"t\":1}")), null);
        assertThat(told()).isEmpty();
        log.fail(null);
        long end = System.nanoTime() + Duration.ofSeconds(20).toNanos();
        while (told().size() < 2 && System.nanoTime() < end) {
            events.look();
        }
        assertThat(told()).extracting(HubEventsTest::operation).containsExactly("createDeviceIdentity", "updateTwin");
    }

    /** The change was answered and the server died before its event was in the log. */
    @Test
    void after_a_crash_everything_answered_is_told_perhaps_twice() {
        log.hold();
        make();
        write(new SectionChange.Merge(content("{\"t\":1}")), null);
        while (log.heldCount() < 1) {
            Thread.onSpinWait();
        }
        events.close();
        restart();
        while (log.heldCount() < 3) {
            Thread.onSpinWait();
        }
        log.release();
        Set<String> ids = told(3).stream()
                .map(event -> event.message().system().get(SystemProperty.CORRELATION_ID))
                .collect(Collectors.toSet());
        assertThat(ids).as("one may be there twice, with the same id").hasSize(2);
        write(new SectionChange.Merge(content("{\"t\":2}")), null);
        assertThat(told()).extracting(HubEventsTest::operation).contains("createDeviceIdentity", "updateTwin");
    }

    @Test
    void told_events_leave_the_table() {
        make();
        told(1);
        long end = System.nanoTime() + Duration.ofSeconds(20).toNanos();
        while (table.count(HUB.value(), "hub-event") > 0 && System.nanoTime() < end) {
            Thread.onSpinWait();
        }
        assertThat(table.count(HUB.value(), "hub-event")).isZero();
        assertThat(new String(
                        table.get(HUB.value(), "hub-event-number", "last")
                                .orElseThrow()
                                .value(),
                        StandardCharsets.US_ASCII))
                .isEqualTo("1");
    }
}
