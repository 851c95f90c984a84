package dev.holdfast.tls.report;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.Base64;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What looks like a secret is taken out of texts, and what people need to read stays. */
class SecretsTest {
    private static final String KEY = "c2VjcmV0LWtleS1vZi0zMi1ieXRlcy1mb3ItdGVzdHM=";
    private static final String SIGNATURE = "q8nHZp%2BR0sJ5Zs1S1yq6Yc3OQm2c7iA7o5yJw%2FWq0uE%3D";

    @ParameterizedTest
    @ValueSource(
            strings = {
                "HostName=hub1.test;DeviceId=dev1;SharedAccessKey=" + KEY,
                "hostname=hub1.test;sharedaccesskey=" + KEY + ";GatewayHostName=localhost",
                "SharedAccessSignature sr=hub1.test%2Fdevices%2Fdev1&sig=" + SIGNATURE + "&se=1800000000",
                "sig=" + SIGNATURE,
                "SharedAccessSignature%20sr%3Dhub1%26sig%3D" + SIGNATURE + "%26se%3D1",
                "The client id is '" + KEY + "', and the user name names 'dev1'.",
                "AccountKey=" + KEY,
                KEY,
                SIGNATURE,
                "-----BEGIN PRIVATE KEY-----\nc2VjcmV0LWtleS1vZi0zMi1ieXRlcy1mb3ItdGVzdHM\n-----END PRIVATE KEY-----",
                "password=c2VjcmV0LWtleS1vZi0zMi1ieXRlcy1mb3ItdGVzdHM",
            })
    void secrets_go(String text) {
        String left = Secrets.takeOut(text);
        assertThat(left).contains("[secret]").doesNotContain(KEY.substring(0, 20), SIGNATURE.substring(0, 20));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "The token is not 'SharedAccessSignature sr=…&sig=…&se=…[&skn=…]'.",
                "HostName=hub1.test;SharedAccessKeyName=iothubowner",
                "Thumbprint (SHA-256) 9F86D081884C7D659A2FEAA0C55AD015A3BF4F1B2B0B822CD15D6C15B0F00A08 is not registered.",
                "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256, TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384",
                "device-0123456789-0123456789-0123456789-0123456789",
                "The topic 'devices/dev1/messages/events/design=1&signal=2' names another device.",
            })
    void what_people_need_stays(String text) {
        assertThat(Secrets.takeOut(text)).isEqualTo(text);
    }

    @Test
    void random_keys_and_signatures_go_wherever_they_stand() {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        for (int round = 0; round < 2_000; round++) {
            byte[] bytes = new byte[32 + 32 * random.nextInt(2)];
            random.nextBytes(bytes);
            String key = Base64.getEncoder().encodeToString(bytes);
            String encoded = key.replace("+", "%2B").replace("/", "%2F").replace("=", "%3D");
            for (String secret :
                    new String[] {key, encoded, Base64.getUrlEncoder().encodeToString(bytes)}) {
                String left =
                        Secrets.takeOut("The user name 'x/" + secret + "' names nothing; sig=" + secret + "&se=1.");
                assertThat(left).as("seed %d round %d", seed, round).doesNotContain(secret.substring(2, 30));
            }
        }
    }

    @Test
    void long_texts_cost_little() {
        String hostile = "SharedAccessKey".repeat(5_000) + "%2B".repeat(30_000) + "A".repeat(60_000);
        assertThat(org.junit.jupiter.api.Assertions.assertTimeoutPreemptively(
                        Duration.ofSeconds(20), () -> Secrets.takeOut(hostile)))
                .isEqualTo(hostile);
    }
}
