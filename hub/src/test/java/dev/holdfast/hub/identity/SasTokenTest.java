package dev.holdfast.hub.identity;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SasTokenTest {
    static final SymmetricKey KEY = new SymmetricKey("MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=");
    private static final SymmetricKeys KEYS =
            new SymmetricKeys(new SymmetricKey("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="), KEY);
    private static final List<String> DEV1 = List.of("devices", "dev1");

    /** What the clients make of host hub1.hub.test, device dev1, {@link #KEY} and the end 1800000088. */
    static final String NODE = "SharedAccessSignature sr=hub1.hub.test%2Fdevices%2Fdev1"
            + "&sig=2sX1xSSo9qS6OoupBkYBIObHCpkm1oRn08Y%2B%2FP8Fhkw%3D&se=1800000088";

    static final String NODE_WITH_POLICY = "SharedAccessSignature sr=hub1.hub.test%2Fdevices%2Fdev1"
            + "&sig=2sX1xSSo9qS6OoupBkYBIObHCpkm1oRn08Y%2B%2FP8Fhkw%3D&skn=device&se=1800000088";
    static final String JAVA = "SharedAccessSignature sig=Nof7w3IgNQMUxmS%2F4gPvEZfw73LdmER%2B9cdybUw3iB0%3D"
            + "&se=1800000088&sr=hub1.hub.test/devices/dev1";
    static final String JAVA_SERVICE = "SharedAccessSignature sr=hub1.hub.test"
            + "&sig=4CB%2FoKW%2FC9b6OqOP1WPlTwTXZRLQbTf9uJIZ5%2BlMiw4%3D&se=1800000088&skn=iothubowner";
    static final String C = "SharedAccessSignature sr=hub1.hub.test/devices/dev1"
            + "&sig=Nof7w3IgNQMUxmS%2f4gPvEZfw73LdmER%2b9cdybUw3iB0%3d&se=1800000088&skn=";

    static SasToken token(String text) {
        SasToken.Parsed parsed = SasToken.parse(text);
        assertThat(parsed).as(text).isInstanceOf(SasToken.Parsed.Token.class);
        return ((SasToken.Parsed.Token) parsed).token();
    }

    private static String fault(String text) {
        SasToken.Parsed parsed = SasToken.parse(text);
        assertThat(parsed).as(text).isInstanceOf(SasToken.Parsed.Malformed.class);
        return ((SasToken.Parsed.Malformed) parsed).what();
    }

    @ParameterizedTest
    @ValueSource(strings = {NODE, NODE_WITH_POLICY, JAVA, C})
    void theTokensOfOfficialClientsAreReadAndVerified(String text) {
        SasToken token = token(text);
        assertThat(token.resource()).isEqualTo(new TokenResource("hub1.hub.test", DEV1));
        assertThat(token.expiry()).isEqualTo(Instant.ofEpochSecond(1800000088L));
        assertThat(token.isSignedBy(KEYS)).isTrue();
        assertThat(token.isSignedBy(new SymmetricKeys(KEYS.primary(), KEYS.primary())))
                .isFalse();
        assertThat(token.coversPath(DEV1)).isTrue();
    }

    @Test
    void aServiceTokenNamesTheHostOnlyAndCoversEverything() {
        SasToken token = token(JAVA_SERVICE);
        assertThat(token.policy()).isEqualTo("iothubowner");
        assertThat(token.isSignedBy(KEYS)).isTrue();
        assertThat(token.coversPath(List.of())).isTrue();
        assertThat(token.coversPath(DEV1)).isTrue();
    }

    @Test
    void anEmptyPolicyIsNone() {
        assertThat(token(C).policy()).isNull();
        assertThat(token(NODE).policy()).isNull();
        assertThat(token(NODE_WITH_POLICY).policy()).isEqualTo("device");
    }

    @Test
    void fieldsOfOtherServicesAreIgnored() {
        assertThat(token(NODE + "&st=5&x=y").isSignedBy(KEYS)).isTrue();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '"',
            value = {
                "\"\"|it does not begin with 'SharedAccessSignature '",
                "Bearer abc|it does not begin with 'SharedAccessSignature '",
                "SharedAccessSignature|it does not begin with 'SharedAccessSignature '",
                "SharedAccessSignaturesr=h&sig=AA&se=1|it does not begin with 'SharedAccessSignature '",
                "SharedAccessSignature sr|a field has no '='",
                "SharedAccessSignature =h|a field has no '='",
                "SharedAccessSignature sr=h&&se=1|a field has no '='",
                "SharedAccessSignature sig=AA&se=1|'sr' is missing",
                "SharedAccessSignature sr=&sig=AA&se=1|'sr' is missing",
                "SharedAccessSignature SR=h&sig=AA&se=1|'sr' is missing",
                "SharedAccessSignature sr=h&se=1|'sig' is missing",
                "SharedAccessSignature sr=h&sig=AA|'se' is missing",
                "SharedAccessSignature sr=h&sig=AA&se=1&se=9999999999|'se' appears twice",
                "SharedAccessSignature sr=h&sr=h&sig=AA&se=1|'sr' appears twice",
                "SharedAccessSignature sr=h&sig=AA&sig=AA&se=1|'sig' appears twice",
                "SharedAccessSignature sr=h&sig=AA&se=1&skn=a&skn=|'skn' appears twice",
                "SharedAccessSignature sr=/devices/dev1&sig=AA&se=1|'sr' is not a resource path",
                "SharedAccessSignature sr=h&sig=%2&se=1|'sig' has a broken percent-encoding",
                "SharedAccessSignature sr=h&sig=A_-A&se=1|'sig' is not base64",
                "SharedAccessSignature sr=h&sig=AAA%3D%3D%3D&se=1|'sig' is not base64",
                "SharedAccessSignature sr=h&sig=AA&se=1&skn=%|'skn' has a broken percent-encoding",
            })
    void aMalformedTokenIsRefusedForOneReason(String text, String reason) {
        assertThat(fault(text)).isEqualTo(reason);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "-1",
                "+1",
                "1.5",
                "1e9",
                "0x7fffffff",
                "9223372036854775808",
                "253402300800",
                "1 ",
                " 1",
                "1,000",
                "%31",
                "\u0661\u0662",
                "now",
                "2026-11-22T00:00:00Z",
                "0000000000001"
            })
    void anExpiryIsDigitsOfSecondsAndNothingElse(String se) {
        assertThat(fault("SharedAccessSignature sr=h&se=" + se + "&sig=AA"))
                .isEqualTo("'se' is not a number of seconds since 1970");
    }

    @Test
    void theLastSecondOfTheCalendarIsAnExpiry() {
        assertThat(token("SharedAccessSignature sr=h&sig=AA&se=253402300799").expiry())
                .isEqualTo(Instant.parse("9999-12-31T23:59:59Z"));
    }

    @Test
    void aTokenIsBounded() {
        assertThat(fault(NODE + "&x=" + "a".repeat(9000))).contains("longer than");
    }

    @Test
    void anotherHashIsAnotherSignature() {
        for (String algorithm : List.of("HmacSHA1", "HmacSHA512", "HmacMD5")) {
            String sr = "hub1.hub.test%2Fdevices%2Fdev1";
            String text = "SharedAccessSignature sr=" + sr + "&se=1800000088&sig="
                    + Tokens.signature(algorithm, sr, "1800000088", KEY);
            assertThat(token(text).isSignedBy(KEYS)).as(algorithm).isFalse();
        }
    }

    @Test
    void theSignatureIsOverTheExactTextOfResourceAndExpiry() {
        assertThat(token(NODE.replace("%2F", "%2f")).isSignedBy(KEYS)).isFalse();
        assertThat(token(NODE.replace("%2F", "/")).isSignedBy(KEYS)).isFalse();
        assertThat(token(NODE.replace("hub1", "HUB1")).isSignedBy(KEYS)).isFalse();
        assertThat(token(NODE.replace("se=1800000088", "se=01800000088")).isSignedBy(KEYS))
                .isFalse();
        assertThat(token(NODE.replace("se=1800000088", "se=1800000089")).isSignedBy(KEYS))
                .isFalse();
    }

    @Test
    void eventHubsClientsSignWithTheTextOfTheKey() {
        SymmetricKey text = new SymmetricKey(
                java.util.Base64.getEncoder().encodeToString(KEY.base64().getBytes(StandardCharsets.UTF_8)));
        String sr = "sb%3A%2F%2Fhub1.hub.test%3A5671%2Fhub1";
        SasToken token = token(Tokens.policy(sr, "1800000088", "service", text));
        assertThat(token.isSignedByText(KEYS)).isTrue();
        assertThat(token.isSignedBy(KEYS)).isFalse();
        assertThat(token.resource()).isEqualTo(new TokenResource("hub1.hub.test", List.of("hub1")));
    }

    @Test
    void nothingThatIsPrintedHoldsTheSignature() {
        assertThat(token(NODE).toString()).doesNotContain("2sX1xSSo").contains("sr=", "se=1800000088");
        assertThat(new SasToken.Parsed.Token(token(NODE)).toString()).doesNotContain("2sX1xSSo");
    }

    @Test
    void noChangeOfATokenKeepsItsSignatureAndChangesItsMeaning() {
        long seed = System.nanoTime();
        System.out.println("SasTokenTest seed " + seed);
        Random random = new Random(seed);
        List<String> good = List.of(NODE, NODE_WITH_POLICY, JAVA, JAVA_SERVICE, C);
        for (int round = 0; round < 20_000; round++) {
            String text = good.get(random.nextInt(good.size()));
            SasToken before = token(text);
            StringBuilder changed = new StringBuilder(text);
            for (int n = random.nextInt(3); n >= 0; n--) {
                int at = random.nextInt(changed.length());
                switch (random.nextInt(3)) {
                    case 0 ->
                        changed.setCharAt(at, (char)
                                (random.nextInt(20) == 0 ? random.nextInt(0x10000) : 32 + random.nextInt(96)));
                    case 1 -> changed.deleteCharAt(at);
                    default -> changed.insert(at, "%=&/+. a0".charAt(random.nextInt(9)));
                }
            }
            if (SasToken.parse(changed.toString()) instanceof SasToken.Parsed.Token(var after)
                    && after.isSignedBy(KEYS)) {
                String where = "round " + round + " of seed " + seed + ": " + changed;
                assertThat(after.resourceAsSent()).as(where).isEqualTo(before.resourceAsSent());
                assertThat(after.expiry()).as(where).isEqualTo(before.expiry());
                assertThat(after.resource()).as(where).isEqualTo(before.resource());
            }
        }
    }
}
