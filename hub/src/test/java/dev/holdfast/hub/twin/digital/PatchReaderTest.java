package dev.holdfast.hub.twin.digital;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.base.Limits;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.node.ObjectNode;

/** What of a body is a JSON patch of a digital twin, and what is refused. */
class PatchReaderTest {
    private static final String NAME_64 = "n".repeat(64);

    private final PatchReader reader = new PatchReader(Limits.defaults().twin());

    private PatchReader.Read read(String patch) {
        return reader.read(TestTwin.quoted(patch).getBytes(StandardCharsets.UTF_8));
    }

    private String outcome(String patch) {
        return switch (read(patch)) {
            case PatchReader.Read.Operations(var operations) -> operations.toString();
            case PatchReader.Read.Refused(var why) -> why.reason();
        };
    }

    @Test
    void operations_are_read_in_their_order() {
        String patch =
                "[{'op':'add','path':'/a','value':1},{'value':{'b':{'c':true}},'path':'/p/q','op':'replace','more':null},"
                        + "{'op':'remove','path':'/x','value':[]},{'op':'add','path':'/c','value':{'y':'z','$metadata':{}}}]";
        assertThat(((PatchReader.Read.Operations) read(patch)).operations())
                .containsExactly(
                        new Operation.PutProperty(1, new Operation.Target("a", null), TestTwin.json("1")),
                        new Operation.PutProperty(2, new Operation.Target("p", "q"), TestTwin.json("{'b':{'c':true}}")),
                        new Operation.Remove(3, new Operation.Target("x", null)),
                        new Operation.PutComponent(
                                4, new Operation.Target("c", null), (ObjectNode) TestTwin.json("{'y':'z'}")));
        assertThat(outcome("[]")).isEqualTo("[]");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "'' | PatchMalformed",
                "null | PatchMalformed",
                "{} | PatchMalformed",
                "[ | PatchMalformed",
                "[] [] | PatchMalformed",
                "[1] | PatchMalformed",
                "[null] | PatchMalformed",
                "[{}] | PatchMalformed",
                "[{'op':1,'path':'/a'}] | PatchMalformed",
                "[{'op':'add','path':'/a'}] | PatchMalformed",
                "[{'op':'add','value':1}] | PatchMalformed",
                "[{'op':'remove','path':7}] | PatchMalformed",
                "[{'op':'remove','op':'add','path':'/a'}] | PatchMalformed",
                "[{'op':'add','path':'/a','value':1e2147483648}] | PatchMalformed",
                "[{'op':'add','path':'/a','value':1e-2147483649}] | PatchMalformed",
                "[{'op':'add','path':'/a','value':1e99999999999}] | PatchMalformed",
                "[{'op':'move','from':'/a','path':'/b'}] | PatchOperationNotSupported",
                "[{'op':'copy','from':'/a','path':'/b'}] | PatchOperationNotSupported",
                "[{'op':'test','path':'/a','value':1}] | PatchOperationNotSupported",
                "[{'op':'Add','path':'/a','value':1}] | PatchOperationNotSupported",
                "[{'op':'','path':'/a','value':1}] | PatchOperationNotSupported",
                "[{'op':'add','path':'/a','value':null}] | PatchValueUnfit",
                "[{'op':'add','path':'/a','value':{'b':null}}] | PatchValueUnfit",
                "[{'op':'add','path':'/a','value':[]}] | PatchValueUnfit",
                "[{'op':'add','path':'/a','value':{'b':[1]}}] | PatchValueUnfit",
                "[{'op':'add','path':'/a','value':{'b.c':1}}] | PatchValueUnfit",
                "[{'op':'add','path':'/a','value':{'__t':'c'}}] | PatchValueUnfit",
                "[{'op':'add','path':'/a','value':{'$metadata':{},'__t':'c'}}] | PatchValueUnfit",
                "[{'op':'add','path':'/a','value':{'$metadata':{'x':1}}}] | PatchValueUnfit",
                "[{'op':'add','path':'/a','value':{'$metadata':null}}] | PatchValueUnfit",
                "[{'op':'add','path':'/a','value':{'$metadata':{},'x':null}}] | PatchValueUnfit",
                "[{'op':'add','path':'/a/b','value':{'$metadata':{}}}] | PatchValueUnfit",
                "[{'op':'add','path':'/a','value':{'a':{'a':{'a':{'a':{'a':{'a':1}}}}}}}] | PatchValueUnfit"
            })
    void what_is_no_patch_of_a_digital_twin_is_refused(String patch, String reason) {
        assertThat(outcome(patch)).isEqualTo(reason);
    }

    @Test
    void paths_name_a_property_or_a_component_as_models_do() {
        for (String path : List.of("/a", "/A9", "/a_b", "/a/b", "/" + NAME_64, "/" + NAME_64 + "/" + NAME_64)) {
            assertThat(outcome("[{'op':'remove','path':'" + path + "'}]"))
                    .as(path)
                    .startsWith("[");
        }
        for (String path : List.of(
                "",
                "/",
                "a",
                "a/b",
                "//",
                "/a/",
                "//a",
                "/a//b",
                "/a/b/c",
                "/9a",
                "/_a",
                "/a_",
                "/a-b",
                "/a.b",
                "/a b",
                "/ä",
                "/~0a",
                "/~1",
                "/$metadata",
                "/a/$metadata",
                "/$dtId",
                "/__t",
                "/a/__t",
                "/-",
                "/a/0",
                "/n" + NAME_64)) {
            assertThat(outcome("[{'op':'remove','path':'" + path + "'}]"))
                    .as(path)
                    .isEqualTo("PatchPathUnfit");
        }
    }

    @Test
    void five_objects_may_stand_in_one_another() {
        assertThat(outcome("[{'op':'add','path':'/a','value':{'a':{'a':{'a':{'a':{'a':1}}}}}}]"))
                .startsWith("[");
        assertThat(outcome("[{'op':'add','path':'/c','value':{'$metadata':{},'p':{'a':{'a':{'a':{'a':{'a':1}}}}}}}]"))
                .startsWith("[");
    }

    @Test
    void a_bomb_is_refused_before_anything_is_made_of_it() {
        assertThat(outcome("[".repeat(100_000))).isEqualTo("PatchMalformed");
        assertThat(outcome(
                        "[{'op':'add','path':'/a','value':" + "{'a':".repeat(20_000) + "1" + "}".repeat(20_000) + "}]"))
                .isEqualTo("PatchMalformed");
        assertThat(outcome("[" + " ".repeat(128 * 1024) + "]")).isEqualTo("TwinRequestTooLong");
        assertThat(outcome("[{'op':'add','path':'/a','value':" + "9".repeat(101) + "}]"))
                .isEqualTo("PatchMalformed");
    }

    /** Whatever comes, there is an answer, and never an exception. */
    @Test
    void spoiled_patches_are_read_or_refused() {
        long seed = new Random().nextLong();
        Random random = new Random(seed);
        byte[] whole = TestTwin.quoted(
                        "[{'op':'add','path':'/thermostat1/target','value':{'a':1.5e3,'b':true}},"
                                + "{'op':'replace','path':'/c','value':{'$metadata':{},'x':'ü\\u00fc'}},{'op':'remove','path':'/d/e'}]")
                .getBytes(StandardCharsets.UTF_8);
        byte[] letters = TestTwin.quoted("{}[]:,'/~$_\\ -+.0aenull").getBytes(StandardCharsets.UTF_8);
        int operations = 0;
        for (int i = 0; i < 20_000; i++) {
            byte[] spoiled = whole.clone();
            for (int times = 1 + random.nextInt(3); times > 0; times--) {
                int at = random.nextInt(spoiled.length);
                spoiled[at] =
                        random.nextInt(4) == 0 ? (byte) random.nextInt(256) : letters[random.nextInt(letters.length)];
            }
            try {
                operations += reader.read(spoiled) instanceof PatchReader.Read.Operations ? 1 : 0;
            } catch (RuntimeException e) {
                throw new AssertionError(
                        "seed " + seed + ", round " + i + ": " + new String(spoiled, StandardCharsets.UTF_8), e);
            }
        }
        assertThat(operations).as("seed " + seed).isBetween(1, 19_999);
    }
}
