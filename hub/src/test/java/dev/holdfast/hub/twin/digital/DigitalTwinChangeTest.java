package dev.holdfast.hub.twin.digital;

import static dev.holdfast.hub.twin.digital.TestTwin.json;
import static dev.holdfast.hub.twin.digital.TestTwin.quoted;
import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.hub.identity.Precondition;
import dev.holdfast.hub.twin.TwinResult;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** What a JSON patch does to desired properties. */
class DigitalTwinChangeTest {
    private final TestTwin device = new TestTwin();

    private void changed(String patch) {
        assertThat(device.change(patch)).isInstanceOf(TwinResult.Found.class);
        assertThat(device.merged()).as("what the device has").isEqualTo(device.desired());
    }

    private String refused(String patch) {
        ObjectNode before = device.desired();
        String reason = TestTwin.refusal(device.change(patch));
        assertThat(device.desired()).isEqualTo(before);
        return reason;
    }

    private long version(String... path) {
        JsonNode updates = device.twin().desired().withMetadata().path("$metadata");
        for (String name : path) {
            updates = updates.path(name);
        }
        return updates.path("$lastUpdatedVersion").longValue(-1);
    }

    @Test
    void properties_and_components_are_desired_by_path() {
        changed(
                "[{'op':'add','path':'/fanSpeed','value':2.5},{'op':'replace','path':'/thermostat1/target','value':{'low':1,'high':2}}]");
        assertThat(device.desired())
                .isEqualTo(json("{'fanSpeed':2.5,'thermostat1':{'__t':'c','target':{'low':1,'high':2}}}"));
        changed("[{'op':'add','path':'/thermostat1/target','value':{'low':3}}]");
        assertThat(device.desired().get("thermostat1")).isEqualTo(json("{'__t':'c','target':{'low':3}}"));
    }

    @Test
    void what_is_written_has_a_new_version_and_nothing_else_has() {
        changed(
                "[{'op':'add','path':'/c/x','value':1},{'op':'add','path':'/c/y','value':1},{'op':'add','path':'/p','value':1}]");
        changed("[{'op':'add','path':'/c/x','value':1}]");
        assertThat(List.of(version("c", "x"), version("c", "y"), version("p"))).containsExactly(3L, 2L, 2L);
    }

    @Test
    void a_component_is_replaced_as_a_whole_and_goes_with_its_last_property() {
        changed("[{'op':'add','path':'/c','value':{'x':1,'y':{'z':2},'$metadata':{}}}]");
        changed("[{'op':'replace','path':'/c','value':{'y':{'a':3},'$metadata':{}}}]");
        assertThat(device.desired()).isEqualTo(json("{'c':{'__t':'c','y':{'a':3}}}"));
        changed("[{'op':'remove','path':'/c/y'}]");
        assertThat(device.desired()).isEqualTo(json("{}"));
        changed("[{'op':'add','path':'/c','value':{'x':1,'$metadata':{}}}]");
        changed("[{'op':'replace','path':'/c','value':{'$metadata':{}}}]");
        assertThat(device.desired()).isEqualTo(json("{}"));
    }

    @Test
    void what_is_not_there_is_gone_already() {
        String etag = device.twin().etag();
        changed(
                "[{'op':'remove','path':'/p'},{'op':'remove','path':'/c/x'},{'op':'add','path':'/q','value':1},{'op':'remove','path':'/q'}]");
        changed("[]");
        assertThat(device.twin().etag()).isEqualTo(etag);
        assertThat(device.twin().desired().version()).isEqualTo(1);
    }

    @Test
    void what_the_device_reports_decides_what_a_name_is() {
        device.report("{'c':{'__t':'c','x':1},'p':1}");
        assertThat(refused("[{'op':'add','path':'/c','value':1}]")).isEqualTo("PatchTargetDiffers");
        assertThat(refused("[{'op':'add','path':'/c','value':{'x':1}}]")).isEqualTo("PatchTargetDiffers");
        assertThat(refused("[{'op':'add','path':'/p/x','value':1}]")).isEqualTo("PatchTargetDiffers");
        assertThat(refused("[{'op':'remove','path':'/p/x'}]")).isEqualTo("PatchTargetDiffers");
        assertThat(refused("[{'op':'add','path':'/p','value':{'$metadata':{}}}]"))
                .isEqualTo("PatchTargetDiffers");
        assertThat(refused("[{'op':'add','path':'/q','value':1},{'op':'add','path':'/q/x','value':1}]"))
                .isEqualTo("PatchTargetDiffers");
    }

    @Test
    void what_the_device_marks_is_marked_when_it_is_desired_through_here() {
        device.desire("{'c':{'x':1},'d':5}");
        device.report("{'c':{'__t':'c'},'d':{'__t':'c'}}");
        changed("[{'op':'add','path':'/c/y','value':2},{'op':'add','path':'/d/z','value':3}]");
        assertThat(device.desired()).isEqualTo(json("{'c':{'x':1,'__t':'c','y':2},'d':{'__t':'c','z':3}}"));
    }

    @Test
    void the_rules_of_twins_hold() {
        assertThat(refused("[{'op':'add','path':'/p','value':'" + "x".repeat(5000) + "'}]"))
                .isEqualTo("TwinValueTooLong");
        assertThat(refused("[{'op':'add','path':'/p','value':9007199254740992}]"))
                .isEqualTo("TwinNumberOutOfRange");
        assertThat(refused("[{'op':'add','path':'/p','value':1e400}]")).isEqualTo("TwinNumberOutOfRange");
        assertThat(refused("[{'op':'add','path':'/p','value':'\\ud800'}]")).isEqualTo("TwinTextMalformed");
        for (int i = 0; i < 8; i++) {
            changed("[{'op':'add','path':'/p" + i + "','value':'" + "x".repeat(4000) + "'}]");
        }
        assertThat(refused("[{'op':'add','path':'/p8','value':'" + "x".repeat(4000) + "'}]"))
                .isEqualTo("TwinTooLarge");
    }

    @Test
    void an_etag_guards_a_change() {
        Precondition first = Precondition.ifMatch("W/\"" + device.twin().etag() + "\"");
        String patch = "[{'op':'add','path':'/p','value':1}]";
        assertThat(device.change(first, patch)).isInstanceOf(TwinResult.Found.class);
        assertThat(TestTwin.refusal(device.change(first, patch))).isEqualTo("TwinEtagMismatch");
    }

    /** The same twice: by the code, and in a model of maps. */
    @Test
    void any_patches_do_what_a_plain_model_does() {
        long seed = new Random().nextLong();
        Random random = new Random(seed);
        device.report("{'a':{'__t':'c'},'p':1}");
        Model model = new Model();
        int refusals = 0;
        for (int round = 0; round < 2000; round++) {
            String as = "seed " + seed + ", round " + round;
            Model next = model.copy();
            StringBuilder patch = new StringBuilder("[");
            boolean legal = true;
            for (int i = 1 + random.nextInt(4); i > 0; i--) {
                patch.append(patch.length() == 1 ? "" : ",");
                legal &= next.operation(random, patch);
            }
            String text = patch.append("]").toString();
            TwinResult result = device.change(text);
            assertThat(result instanceof TwinResult.Found)
                    .as("%s: %s", as, text)
                    .isEqualTo(legal);
            refusals += legal ? 0 : 1;
            model = legal ? next : model;
            assertThat(device.desired()).as("%s: %s", as, text).isEqualTo(model.json());
            assertThat(device.merged()).as("%s: %s", as, text).isEqualTo(model.json());
            if (legal) {
                long version = device.twin().desired().version();
                next.written.forEach(path -> assertThat(version(path.split("/")))
                        .as("%s: %s of %s", as, path, text)
                        .isEqualTo(version));
            }
        }
        assertThat(refusals).as("seed " + seed).isBetween(1, 1999);
    }

    /** Desired properties: a value, or a component as a map. The device reports a component 'a' and a property 'p'. */
    private static final class Model {
        private final Map<String, JsonNode> properties = new TreeMap<>();
        private final Map<String, Map<String, JsonNode>> components = new TreeMap<>();
        private final Set<String> written = new HashSet<>();

        Model copy() {
            Model copy = new Model();
            copy.properties.putAll(properties);
            components.forEach((name, of) -> copy.components.put(name, new HashMap<>(of)));
            return copy;
        }

        private boolean isComponent(String name) {
            return name.equals("a") || components.containsKey(name);
        }

        private boolean isProperty(String name) {
            return name.equals("p") || properties.containsKey(name);
        }

        /** Writes one operation behind the patch and does it here; false when it is none of this twin. */
        boolean operation(Random random, StringBuilder patch) {
            String name = List.of("a", "b", "p", "q").get(random.nextInt(4));
            String property = random.nextInt(2) == 0 ? null : List.of("x", "y").get(random.nextInt(2));
            String path = "/" + name + (property == null ? "" : "/" + property);
            boolean asComponent = property == null && random.nextInt(2) == 0;
            if (random.nextInt(3) == 0) {
                patch.append("{'op':'remove','path':'").append(path).append("'}");
                return remove(name, property);
            }
            String value = value(random, asComponent);
            patch.append("{'op':'")
                    .append(random.nextBoolean() ? "add" : "replace")
                    .append("','path':'")
                    .append(path);
            patch.append("','value':").append(value).append('}');
            if (asComponent) {
                return putComponent(name, (ObjectNode) json(value));
            }
            return put(name, property, json(value));
        }

        private static String value(Random random, boolean component) {
            if (!component) {
                return List.of("1", "'t'", "{'m':1}", "{'m':{'n':2}}", "{'k':true}", "{}")
                        .get(random.nextInt(6));
            }
            return List.of("{'$metadata':{}}", "{'x':1,'$metadata':{}}", "{'x':{'m':3},'y':2,'$metadata':{}}")
                    .get(random.nextInt(3));
        }

        private boolean remove(String name, @Nullable String property) {
            if (property == null) {
                properties.remove(name);
                components.remove(name);
                written.removeIf(path -> path.equals(name) || path.startsWith(name + "/"));
                return true;
            }
            Map<String, JsonNode> of = components.get(name);
            if (of != null) {
                of.remove(property);
                written.remove(name + "/" + property);
                if (of.isEmpty()) {
                    components.remove(name);
                }
            }
            return !isProperty(name);
        }

        private boolean putComponent(String name, ObjectNode value) {
            boolean legal = !isProperty(name);
            Map<String, JsonNode> of = new HashMap<>();
            written.removeIf(path -> path.startsWith(name + "/"));
            value.properties().forEach(property -> {
                if (!property.getKey().equals("$metadata")) {
                    of.put(property.getKey(), property.getValue());
                    written.add(name + "/" + property.getKey());
                }
            });
            // One without properties is none.
            components.put(name, of);
            components.values().removeIf(Map::isEmpty);
            return legal;
        }

        private boolean put(String name, @Nullable String property, JsonNode value) {
            boolean legal = property == null ? !isComponent(name) : !isProperty(name);
            if (property == null) {
                properties.put(name, value);
                written.add(name);
            } else {
                components.computeIfAbsent(name, _ -> new HashMap<>()).put(property, value);
                written.add(name + "/" + property);
            }
            return legal;
        }

        ObjectNode json() {
            ObjectNode json = JsonNodeFactory.instance.objectNode();
            properties.forEach(json::set);
            components.forEach((name, of) -> {
                ObjectNode component = json.putObject(name).put("__t", "c");
                of.forEach(component::set);
            });
            return json;
        }

        private static JsonNode json(String text) {
            return TestTwin.json(quoted(text));
        }
    }
}
