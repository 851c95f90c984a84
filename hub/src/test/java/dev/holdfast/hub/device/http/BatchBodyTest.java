package dev.holdfast.hub.device.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.holdfast.hub.http.ServiceError;
import dev.holdfast.hub.http.ServiceFault;
import dev.holdfast.hub.telemetry.TelemetryMessage;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.json.JsonMapper;

/** What a batch is read as, and that nothing else than a refusal comes of what is none. */
class BatchBodyTest {
    private static final int MAX = 1000;

    private static List<TelemetryMessage> read(String json) throws ServiceFault {
        return BatchBody.read(json.getBytes(StandardCharsets.UTF_8), MAX);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "null",
                "{}",
                "[",
                "[{}]",
                "[null]",
                "[[]]",
                "[1]",
                "[{\"body\":null}]",
                "[{\"body\":5}]",
                "[{\"body\":\"*\"}]",
                "[{\"body\":\"A\"}]",
                "[{\"body\":\"\",\"base64Encoded\":\"false\"}]",
                "[{\"body\":\"\",\"base64Encoded\":null}]",
                "[{\"body\":\"\",\"properties\":[]}]",
                "[{\"body\":\"\",\"properties\":{\"iothub-app-a\":1}}]",
                "[{\"body\":\"\",\"properties\":{\"iothub-app-a\":null}}]",
                "[{\"body\":\"\"}] x",
                "[{\"body\":\"\"}][]",
                "[{\"body\":\"\"},]",
                "[{\"body\":\"\",\"other\":[[[[[[[[[[]]]]]]]]]]}]",
            })
    void what_is_no_batch_is_refused(String json) {
        assertThatThrownBy(() -> read(json))
                .isInstanceOfSatisfying(
                        ServiceFault.class, fault -> assertThat(fault.error()).isEqualTo(ServiceError.FORMAT_ERROR));
    }

    @Test
    void where_a_name_comes_twice_the_last_value_counts() throws ServiceFault {
        TelemetryMessage message =
                read("[{\"body\":\"\",\"body\":\"AQ==\",\"properties\":{\"iothub-app-a\":\"1\",\"iothub-app-a\":\"2\"}}]")
                        .getFirst();
        assertThat(message.body()).containsExactly(1);
        assertThat(message.properties()).containsOnly(Map.entry("a", "2"));
    }

    @Test
    void reading_stops_behind_the_bound() throws ServiceFault {
        byte[] many = ("[" + "{\"body\":\"\"},".repeat(50) + "not JSON any more").getBytes(StandardCharsets.UTF_8);
        assertThat(BatchBody.read(many, 10)).hasSize(11);
    }

    @Test
    void every_batch_that_is_written_is_read_as_it_was() throws ServiceFault {
        long seed = System.nanoTime();
        RandomGenerator random = new Random(seed);
        for (int round = 0; round < 200; round++) {
            List<byte[]> bodies = new ArrayList<>();
            List<Map<String, String>> properties = new ArrayList<>();
            List<Map<String, Object>> batch = new ArrayList<>();
            for (int i = random.nextInt(5); i >= 0; i--) {
                byte[] body = new byte[random.nextInt(100)];
                random.nextBytes(body);
                bodies.add(body);
                Map<String, String> own = new LinkedHashMap<>();
                for (int p = random.nextInt(4); p > 0; p--) {
                    own.put(text(random), text(random));
                }
                properties.add(own);
                Map<String, String> named = new LinkedHashMap<>();
                own.forEach((name, value) -> named.put("iothub-app-" + name, value));
                batch.add(Map.of("body", Base64.getEncoder().encodeToString(body), "properties", named));
            }
            List<TelemetryMessage> read = BatchBody.read(JsonMapper.shared().writeValueAsBytes(batch), MAX);
            assertThat(read).as("seed %d", seed).hasSameSizeAs(bodies);
            for (int i = 0; i < bodies.size(); i++) {
                assertThat(read.get(i).body()).as("seed %d", seed).isEqualTo(bodies.get(i));
                assertThat(read.get(i).properties()).as("seed %d", seed).isEqualTo(properties.get(i));
            }
        }
    }

    private static String text(RandomGenerator random) {
        StringBuilder text = new StringBuilder("x");
        for (int i = random.nextInt(10); i > 0; i--) {
            text.append((char) (random.nextInt(4) == 0 ? 0x20AC : 0x20 + random.nextInt(0x5F)));
        }
        return text.toString();
    }

    @Test
    void broken_batches_are_read_or_refused_and_nothing_else() {
        long seed = System.nanoTime();
        RandomGenerator random = new Random(seed);
        byte[] whole =
                "[{\"body\":\"AQI=\",\"base64Encoded\":true,\"properties\":{\"iothub-app-a\":\"b\"}},{\"body\":\"AA\"}]"
                        .getBytes(StandardCharsets.UTF_8);
        for (int round = 0; round < 20_000; round++) {
            byte[] broken = whole.clone();
            for (int i = random.nextInt(3); i >= 0; i--) {
                broken[random.nextInt(broken.length)] = (byte) random.nextInt(256);
            }
            try {
                assertThat(BatchBody.read(broken, MAX)).isNotNull();
            } catch (ServiceFault fault) {
                assertThat(fault.error().status()).as("seed %d", seed).isEqualTo(400);
            } catch (RuntimeException failed) {
                throw new AssertionError(
                        "seed " + seed + ": " + new String(broken, StandardCharsets.ISO_8859_1), failed);
            }
        }
    }
}
