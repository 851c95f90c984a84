package dev.holdfast.hub.twin.digital;

import dev.holdfast.base.DeviceId;
import dev.holdfast.base.HubName;
import dev.holdfast.base.Limits;
import dev.holdfast.hub.MemoryTable;
import dev.holdfast.hub.command.Methods;
import dev.holdfast.hub.identity.DeviceSpec;
import dev.holdfast.hub.identity.Identity;
import dev.holdfast.hub.identity.Precondition;
import dev.holdfast.hub.identity.Registry;
import dev.holdfast.hub.identity.RegistryRequest;
import dev.holdfast.hub.link.DeviceLink;
import dev.holdfast.hub.link.DeviceLinks;
import dev.holdfast.hub.link.Downlink;
import dev.holdfast.hub.link.LinkEnd;
import dev.holdfast.hub.twin.SectionChange;
import dev.holdfast.hub.twin.Twin;
import dev.holdfast.hub.twin.TwinContent;
import dev.holdfast.hub.twin.TwinReader;
import dev.holdfast.hub.twin.TwinRequest;
import dev.holdfast.hub.twin.TwinResult;
import dev.holdfast.hub.twin.Twins;
import dev.holdfast.testkit.TestClock;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** One device with a twin over a table in memory, connected and listening. In texts of JSON, {@code '} stands for {@code "}. */
final class TestTwin {
    static final DeviceId DEVICE = new DeviceId("dev1");
    static final String START = "2026-11-23T08:00:00.0000000Z";

    private static final JsonMapper JSON = JsonMapper.builder().build();
    private static final Identity IDENTITY = Identity.of(DEVICE);
    private static final Precondition ANY = new Precondition.Exists();

    private final MemoryTable table = new MemoryTable();
    private final DeviceLinks links = new DeviceLinks();
    private final TestClock clock = new TestClock(Instant.parse(START));
    private final Registry registry = new Registry(
            table,
            new HubName("hub1"),
            clock,
            new SecureRandom(),
            Limits.defaults().registry(),
            _ -> {});
    private final Twins twins = new Twins(
            table,
            new HubName("hub1"),
            registry,
            links,
            clock,
            new SecureRandom(),
            Limits.defaults().twin());
    final DigitalTwins digital = new DigitalTwins(
            twins, new Methods(registry, links, Limits.defaults().method()));

    /** What the device has, if it merges all that it is told into what it had. */
    private ObjectNode merged = JsonNodeFactory.instance.objectNode();

    TestTwin() {
        registry.apply(new RegistryRequest.Create(DeviceSpec.of(DEVICE, null)));
        links.register(IDENTITY, new Merging(), InetSocketAddress.createUnresolved("device", 1));
    }

    private final class Merging implements DeviceLink {
        @Override
        public boolean listensFor(Downlink.Channel channel) {
            return true;
        }

        @Override
        public void send(Downlink downlink) {
            byte[] patch = ((Downlink.DesiredChanged) downlink).patch();
            merged = merge(merged, (ObjectNode) JSON.readTree(patch));
            merged.remove("$version");
        }

        @Override
        public void end(LinkEnd why) {}
    }

    /** RFC 7396. */
    private static ObjectNode merge(JsonNode target, ObjectNode patch) {
        ObjectNode result = target instanceof ObjectNode object ? object : JsonNodeFactory.instance.objectNode();
        patch.properties().forEach(change -> {
            JsonNode value = change.getValue();
            if (value.isNull()) {
                result.remove(change.getKey());
            } else {
                result.set(
                        change.getKey(),
                        value instanceof ObjectNode object ? merge(result.path(change.getKey()), object) : value);
            }
        });
        return result;
    }

    static String quoted(String json) {
        return json.replace('\'', '"');
    }

    static JsonNode json(String text) {
        return JSON.readTree(quoted(text));
    }

    private TwinContent content(String json) {
        return ((TwinReader.Read.Content) twins.reader().read(quoted(json).getBytes(StandardCharsets.UTF_8))).content();
    }

    void report(String json) {
        clock.advance(Duration.ofMinutes(1));
        String generation = registry.generation(IDENTITY).orElseThrow();
        twins.apply(new TwinRequest.Report(IDENTITY, generation, content(json), null));
    }

    /** Through the device twin. */
    void desire(String json) {
        twins.apply(new TwinRequest.Write(IDENTITY, ANY, null, new SectionChange.Merge(content(json))));
    }

    void announce(String modelId) {
        twins.announce(IDENTITY, registry.generation(IDENTITY).orElseThrow(), modelId);
    }

    TwinResult change(String patch) {
        return change(ANY, patch);
    }

    TwinResult change(Precondition precondition, String patch) {
        return digital.change(DEVICE, precondition, quoted(patch).getBytes(StandardCharsets.UTF_8));
    }

    Twin twin() {
        return ((TwinResult.Found) digital.find(DEVICE)).twin();
    }

    ObjectNode view() {
        return DigitalTwinView.of(twin());
    }

    ObjectNode desired() {
        return twin().desired().values();
    }

    ObjectNode merged() {
        return merged;
    }

    static String refusal(TwinResult result) {
        return ((TwinResult.Refused) result).refusal().reason();
    }
}
