package dev.holdfast.hub.twin;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.base.Limits;
import dev.holdfast.store.Table;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** Merging, replacing and what is remembered of when, over generated documents; and the examples of RFC 7396. */
class MergeTest {
    private static final Instant NOW = Instant.parse("2026-11-22T08:00:00Z");
    private static final JsonMapper JSON = JsonMapper.builder().build();

    private static ObjectNode json(String text) {
        return (ObjectNode) JSON.readTree(text.replace('\'', '"'));
    }

    private static Section merged(Section section, ObjectNode patch, Instant now) {
        return section.changed(new SectionChange.Merge(new TwinContent(patch)), now);
    }

    private static Section of(ObjectNode values) {
        return Section.NEW.changed(new SectionChange.Replace(new TwinContent(values)), NOW);
    }

    /** The pseudocode of RFC 7396, written down once more. */
    private static JsonNode rfc(JsonNode target, JsonNode patch) {
        if (!(patch instanceof ObjectNode changes)) {
            return patch;
        }
        ObjectNode result =
                target instanceof ObjectNode object ? object.deepCopy() : JsonNodeFactory.instance.objectNode();
        changes.properties().forEach(change -> {
            if (change.getValue().isNull()) {
                result.remove(change.getKey());
            } else {
                JsonNode before = result.get(change.getKey());
                result.set(
                        change.getKey(),
                        rfc(before == null ? JsonNodeFactory.instance.nullNode() : before, change.getValue()));
            }
        });
        return result;
    }

    @Test
    void merging_is_that_of_rfc_7396_and_a_listener_ends_with_what_the_hub_has() {
        long seed = new Random().nextLong();
        Random random = new Random(seed);
        for (int i = 0; i < 3000; i++) {
            String as = "seed " + seed + ", round " + i;
            Section before = of(object(random, 3));
            ObjectNode content = object(random, 3);
            Section merged = merged(before, content, NOW);
            assertThat(merged.values()).as(as).isEqualTo(rfc(before.values(), content));
            assertThat(merged.version()).isEqualTo(before.version() + 1);

            SectionChange replace = new SectionChange.Replace(new TwinContent(content));
            Section replaced = before.changed(replace, NOW);
            ObjectNode told = MergePatch.of(replace, before.values(), replaced.values());
            assertThat(rfc(before.values(), told)).as(as).isEqualTo(replaced.values());
            assertThat(replaced.values()).as(as).isEqualTo(rfc(JsonNodeFactory.instance.objectNode(), content));
        }
    }

    /** A model that keeps the version of every path in a flat map. */
    @Test
    void every_property_remembers_when_it_was_updated_and_nothing_else_does() {
        long seed = new Random().nextLong();
        Random random = new Random(seed);
        for (int round = 0; round < 200; round++) {
            Section section = Section.NEW;
            Map<String, Long> model = new TreeMap<>();
            for (int change = 0; change < 10; change++) {
                ObjectNode patch = object(random, 3);
                Section next = merged(section, patch, NOW.plusSeconds(change));
                follow(model, "", patch, section.values(), next.version());
                section = next;
                assertThat(versions(section))
                        .as("seed %s, round %s", seed, round)
                        .isEqualTo(model);
            }
            Section stored = TwinRows.reported(
                            new Table.Row("d", 1, TwinRows.bytes(new TwinRows.Reported("g", null, section))))
                    .reported();
            assertThat(stored.withMetadata()).as("seed %s", seed).isEqualTo(section.withMetadata());
        }
    }

    private static void follow(Map<String, Long> model, String at, ObjectNode patch, JsonNode before, long version) {
        model.put(at, version);
        patch.properties().forEach(property -> {
            String path = at + "/" + property.getKey();
            JsonNode old = before.path(property.getKey());
            boolean goesOn = property.getValue().isObject() && old.isObject();
            if (!goesOn) {
                model.keySet().removeIf(known -> known.equals(path) || known.startsWith(path + "/"));
            }
            if (property.getValue() instanceof ObjectNode object) {
                follow(model, path, object, goesOn ? old : JsonNodeFactory.instance.objectNode(), version);
            } else if (!property.getValue().isNull()) {
                model.put(path, version);
            }
        });
    }

    private static Map<String, Long> versions(Section section) {
        Map<String, Long> found = new TreeMap<>();
        collect(found, "", section.withMetadata().required("$metadata"));
        return found;
    }

    private static void collect(Map<String, Long> found, String at, JsonNode updates) {
        found.put(at, updates.path("$lastUpdatedVersion").longValue());
        updates.properties().forEach(property -> {
            if (!property.getKey().startsWith("$")) {
                collect(found, at + "/" + property.getKey(), property.getValue());
            }
        });
    }

    @Test
    void metadata_reads_as_services_read_it() {
        Section section =
                merged(of(json("{'a':{'b':1,'c':[1,{'x':2}]},'d':'t'}")), json("{'a':{'b':2}}"), NOW.plusMillis(1500));
        assertThat(section.withMetadata().toString().replace('"', '\''))
                .isEqualTo(
                        "{'a':{'b':2,'c':[1,{'x':2}]},'d':'t','$metadata':{'$lastUpdated':'2026-11-22T08:00:01.5000000Z',"
                                + "'$lastUpdatedVersion':3,'a':{'$lastUpdated':'2026-11-22T08:00:01.5000000Z','$lastUpdatedVersion':3,"
                                + "'b':{'$lastUpdated':'2026-11-22T08:00:01.5000000Z','$lastUpdatedVersion':3},"
                                + "'c':{'$lastUpdated':'2026-11-22T08:00:00.0000000Z','$lastUpdatedVersion':2}},"
                                + "'d':{'$lastUpdated':'2026-11-22T08:00:00.0000000Z','$lastUpdatedVersion':2}},'$version':3}");
        assertThat(Section.NEW.withMetadata().toString().replace('"', '\''))
                .isEqualTo("{'$metadata':{'$lastUpdated':'0001-01-01T00:00:00Z'},'$version':1}");
    }

    /** The largest section that the limits allow, each property with a stamp of its own, fits a row of the store twice. */
    @Test
    void the_row_of_the_fullest_twin_is_not_too_long() {
        int max = Limits.defaults().twin().reportedMaxBytes();
        ObjectNode content = JsonNodeFactory.instance.objectNode();
        LinkedHashMap<String, Updates> below = new LinkedHashMap<>();
        int size = 0;
        for (int i = 0; size + 4 <= max; i++) {
            String key = Integer.toString(i, 36);
            content.put(key, "");
            below.put(key, Updates.none(new Stamp(NOW.plusMillis(i), i + 1_000_000L)));
            size += key.length() + 1;
        }
        Section section = new Section(2_000_000, content, new Updates(new Stamp(NOW, 1), below));
        byte[] row = TwinRows.bytes(new TwinRows.Reported("9223372036854775807", "m".repeat(2048), section));
        assertThat(row.length).isLessThan(1024 * 1024);
    }

    private static ObjectNode object(Random random, int depth) {
        ObjectNode object = JsonNodeFactory.instance.objectNode();
        for (int i = random.nextInt(5); i > 0; i--) {
            object.set("abcd".substring(random.nextInt(4)).substring(0, 1), value(random, depth));
        }
        return object;
    }

    private static JsonNode value(Random random, int depth) {
        return switch (random.nextInt(depth > 0 ? 7 : 5)) {
            case 0 -> JsonNodeFactory.instance.nullNode();
            case 1 -> JsonNodeFactory.instance.stringNode("t" + random.nextInt(3));
            case 2 -> JsonNodeFactory.instance.numberNode(random.nextLong() >> 12);
            case 3 -> JsonNodeFactory.instance.booleanNode(random.nextBoolean());
            case 4 -> {
                ArrayNode array = JsonNodeFactory.instance.arrayNode();
                for (int i = random.nextInt(3); i > 0; i--) {
                    array.add(depth > 0 ? value(random, depth - 1) : JsonNodeFactory.instance.nullNode());
                }
                yield array;
            }
            default -> object(random, depth - 1);
        };
    }
}
