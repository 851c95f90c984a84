package dev.holdfast.tls.report;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.Base64;
import java.util.Locale;
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
                "bench-426e1ed0-0",
                "device-426e1ed0-12ab-45cd-89ef-0123456789ab/edgeAgentV2",
                "Plant4_Line2_Press7_TempSensorB12",
                "GET /devices/Plant4/modules/edgeAgentV2/messages/events",
                "2f8e1d0c9b7a65544332211000ffeeddccbbaa99887766554433221100abcdef",
                "ip-10-0-12-34.eu-west-1.compute.internal names no hub; k8s-worker-node-seventeen-rack-four.example.com does",
                "SharedAccessSignatureName=iothubowner and DeviceClientTypeAndVersionOf=x",
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
    void random_keys_without_padding_go_and_four_characters_stay() {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        int[] lengths = {24, 32, 48, 64};
        int missed = 0;
        for (int round = 0; round < 2_000; round++) {
            byte[] bytes = new byte[lengths[round % lengths.length]];
            random.nextBytes(bytes);
            String standard = Base64.getEncoder().withoutPadding().encodeToString(bytes);
            String url = Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
            String encoded = standard.replace("+", "%2B").replace("/", "%2F");
            for (String secret : new String[] {standard, url, encoded}) {
                String left = Secrets.takeOut("GET /" + secret + " and the topic 'devices/" + secret + "/messages'.");
                missed += left.contains(secret.substring(5, 21)) ? 1 : 0;
            }
        }
        // A key that happens to look like words can't be told from a name; it is as rare as this.
        assertThat(missed).as("seed %d", seed).isLessThan(60);
    }

    @Test
    void what_looks_like_a_token_can_still_be_told_by_its_beginning() {
        String token = "hT3vKq9_ZpL0wXc7RbNf2YgUdJ4sMaE8oViQ-kB6t1D";
        assertThat(Secrets.takeOut("It was GET /" + token + "/status, topic devices/" + token + "/messages, host "
                        + token.toLowerCase(Locale.ROOT) + "."))
                .isEqualTo(
                        "It was GET /hT3v…[secret]/status, topic devices/hT3v…[secret]/messages, host ht3v…[secret].");
    }

    @Test
    void keys_of_sixteen_bytes_go_with_their_padding() {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        int missed = 0;
        for (int round = 0; round < 2_000; round++) {
            byte[] bytes = new byte[16];
            random.nextBytes(bytes);
            String key = Base64.getEncoder().encodeToString(bytes);
            missed += Secrets.takeOut("The client id is '" + key + "'.").contains(key) ? 1 : 0;
        }
        assertThat(missed).as("seed %d", seed).isLessThan(40);
    }

    @Test
    void long_texts_cost_little() {
        String hostile = "SharedAccessKey".repeat(5_000) + "%2B".repeat(30_000) + "A".repeat(60_000);
        assertThat(org.junit.jupiter.api.Assertions.assertTimeoutPreemptively(
                        Duration.ofSeconds(20), () -> Secrets.takeOut(hostile)))
                .isEqualTo(hostile);
    }
}
