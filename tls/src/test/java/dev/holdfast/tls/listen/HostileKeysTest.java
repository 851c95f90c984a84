package dev.holdfast.tls.listen;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.pki.DeviceCertificates;
import dev.holdfast.pki.KeyAndCertificate;
import dev.holdfast.pki.KeyKind;
import dev.holdfast.pki.ServerAuthorities;
import dev.holdfast.pki.ServerChain;
import dev.holdfast.pki.TokenKeyUri;
import dev.holdfast.testkit.RawHello;
import dev.holdfast.testkit.RawTlsClient;
import dev.holdfast.testkit.RawTlsClient.TlsRecord;
import dev.holdfast.testkit.Tool;
import dev.holdfast.tls.report.Report;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPairGenerator;
import java.security.Security;
import java.security.interfaces.ECPublicKey;
import java.security.spec.ECGenParameterSpec;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Keys and signatures that are none, in every place of a handshake where a client sends some. */
class HostileKeysTest {
    private static final int HANDSHAKE = 22;
    private static final int ALERT = 21;
    private static final int P256 = 23;
    private static final int X25519 = 29;
    private static final byte[] SERVER_HELLO_DONE = {14, 0, 0, 0};

    @TempDir
    Path files;

    /** @param flight the records behind the hello; none for a hello that is hostile itself */
    private record Case(RawHello hello, byte[] flight) {}

    private static Map<String, Case> cases() throws GeneralSecurityException {
        Map<String, Case> cases = new LinkedHashMap<>();
        byte[] point = point();
        byte[] offCurve = point.clone();
        offCurve[40] ^= 1;
        Map<String, byte[]> points = new LinkedHashMap<>();
        points.put("off the curve", offCurve);
        points.put("infinite", new byte[] {0});
        points.put("cut short", Arrays.copyOf(point, 33));
        points.put("beyond the field", Arrays.copyOf(new byte[] {4, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1}, 65));
        points.forEach((what, bytes) -> {
            cases.put("1.2 P-256 " + what, new Case(hello12(P256), records(certificates(), exchange(bytes))));
            cases.put("1.3 P-256 " + what, new Case(hello13(P256, bytes), new byte[0]));
        });
        byte[] zeros = new byte[32];
        byte[] one = new byte[32];
        one[0] = 1;
        for (Map.Entry<String, byte[]> each : Map.of("zeros", zeros, "of small order", one, "cut short", new byte[31])
                .entrySet()) {
            cases.put(
                    "1.2 X25519 " + each.getKey(),
                    new Case(hello12(X25519), records(certificates(), exchange(each.getValue()))));
            cases.put("1.3 X25519 " + each.getKey(), new Case(hello13(X25519, each.getValue()), new byte[0]));
        }
        byte[] rsa = certificate(KeyKind.RSA_2048);
        byte[] ec = certificate(KeyKind.EC_P256);
        Map<String, byte[]> signatures = new LinkedHashMap<>();
        signatures.put("empty", new byte[0]);
        signatures.put("of one byte", new byte[1]);
        signatures.put("of 256 zeros", new byte[256]);
        signatures.put("of 256 ones", filled(256));
        signatures.put("of 300 bytes", filled(300));
        signatures.put("of zeros in DER", new byte[] {0x30, 6, 2, 1, 0, 2, 1, 0});
        signatures.put("of ones in DER", new byte[] {0x30, 6, 2, 1, 1, 2, 1, 1});
        signatures.put("of negative numbers in DER", new byte[] {0x30, 6, 2, 1, -1, 2, 1, -1});
        signatures.put("with a broken length in DER", new byte[] {0x30, (byte) 0x84, -1, -1, -1, -1});
        signatures.forEach((what, bytes) -> {
            for (int scheme : List.of(0x0401, 0x0804)) {
                cases.put(
                        "1.2 RSA signature %04x %s".formatted(scheme, what),
                        new Case(hello12(P256), records(certificates(rsa), exchange(point), verify(scheme, bytes))));
            }
            cases.put(
                    "1.2 ECDSA signature " + what,
                    new Case(hello12(P256), records(certificates(ec), exchange(point), verify(0x0403, bytes))));
        });
        return cases;
    }

    private static RawHello hello12(int group) {
        return RawHello.tls12().groups(group);
    }

    private static RawHello hello13(int group, byte[] key) {
        return RawHello.tls13().groups(group).keyShare(group, key).versions(0x0304);
    }

    private static byte[] point() throws GeneralSecurityException {
        KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
        generator.initialize(new ECGenParameterSpec("secp256r1"));
        ECPublicKey key = (ECPublicKey) generator.generateKeyPair().getPublic();
        byte[] point = new byte[65];
        point[0] = 4;
        put(key.getW().getAffineX(), point, 33);
        put(key.getW().getAffineY(), point, 65);
        return point;
    }

    private static void put(BigInteger number, byte[] into, int end) {
        byte[] bytes = number.toByteArray();
        int from = Math.max(0, bytes.length - 32);
        System.arraycopy(bytes, from, into, end - (bytes.length - from), bytes.length - from);
    }

    private static byte[] filled(int bytes) {
        byte[] filled = new byte[bytes];
        Arrays.fill(filled, (byte) 1);
        return filled;
    }

    private static byte[] certificate(KeyKind kind) throws GeneralSecurityException {
        KeyAndCertificate made =
                DeviceCertificates.selfSigned("dev1", kind, Duration.ofDays(1), InstantSource.system());
        return made.certificate().getEncoded();
    }

    private static byte[] certificates(byte[]... all) {
        ByteArrayOutputStream list = new ByteArrayOutputStream();
        for (byte[] each : all) {
            list.writeBytes(vector(3, each));
        }
        return message(11, vector(3, list.toByteArray()));
    }

    private static byte[] exchange(byte[] key) {
        return message(16, vector(1, key));
    }

    private static byte[] verify(int scheme, byte[] signature) {
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        body.writeBytes(new byte[] {(byte) (scheme >> 8), (byte) scheme});
        body.writeBytes(vector(2, signature));
        return message(15, body.toByteArray());
    }

    private static byte[] message(int type, byte[] body) {
        ByteArrayOutputStream message = new ByteArrayOutputStream();
        message.write(type);
        message.writeBytes(vector(3, body));
        return message.toByteArray();
    }

    private static byte[] vector(int lengthBytes, byte[] content) {
        ByteArrayOutputStream vector = new ByteArrayOutputStream();
        for (int i = lengthBytes - 1; i >= 0; i--) {
            vector.write(content.length >> (8 * i));
        }
        vector.writeBytes(content);
        return vector.toByteArray();
    }

    private static byte[] records(byte[]... messages) {
        ByteArrayOutputStream records = new ByteArrayOutputStream();
        for (byte[] message : messages) {
            records.writeBytes(RawHello.record(HANDSHAKE, message));
        }
        return records.toByteArray();
    }

    /** The reason that is reported, and the alert that comes first. */
    private static String outcome(TestDoor door, Case hostile) throws IOException, InterruptedException {
        try (RawTlsClient client = new RawTlsClient(door.port())) {
            client.send(hostile.hello.record());
            if (hostile.flight.length > 0) {
                boolean done = false;
                while (!done) {
                    byte[] content = client.read().orElseThrow().content();
                    done = content.length >= 4
                            && Arrays.equals(
                                    Arrays.copyOfRange(content, content.length - 4, content.length), SERVER_HELLO_DONE);
                }
                client.send(hostile.flight);
            }
            String alert = "no alert";
            for (Optional<TlsRecord> got = client.read(); got.isPresent(); got = client.read()) {
                if (got.get().type() == ALERT && alert.equals("no alert")) {
                    alert = "alert " + got.get().content()[1];
                }
            }
            return door.report().reason() + ", " + alert;
        }
    }

    private static Map<String, String> outcomes(TestDoor door) throws Exception {
        Map<String, String> outcomes = new LinkedHashMap<>();
        for (Map.Entry<String, Case> each : cases().entrySet()) {
            outcomes.put(each.getKey(), outcome(door, each.getValue()));
        }
        assertThat(door.reports).as("one report each").isEmpty();
        return outcomes;
    }

    @Test
    void they_end_the_same_way_with_the_accelerating_provider_and_without() throws Exception {
        try (TestDoor door = new TestDoor()) {
            Map<String, String> alone = outcomes(door);
            assertThat(Accelerator.use()).isInstanceOf(Accelerator.InUse.class);
            try {
                assertThat(outcomes(door)).isEqualTo(alone);
            } finally {
                Security.removeProvider(((Accelerator.InUse) Accelerator.use()).name());
            }
            assertThat(alone.values()).allMatch(outcome -> outcome.startsWith("HandshakeRejected, alert "));
        }
    }

    /** The runtime can't check their signatures, the provider can some. */
    @ParameterizedTest
    @ValueSource(strings = {"secp224r1", "secp256k1", "brainpoolP256r1"})
    void certificates_on_other_curves_are_refused_with_the_provider_too(String curve) throws Exception {
        String pem = files.resolve("device.pem").toString();
        assertThat(Tool.run("", "openssl", "ecparam", "-genkey", "-noout", "-name", curve, "-out", pem + ".key")
                        .exitCode())
                .isZero();
        assertThat(Tool.run(
                                "",
                                "openssl",
                                "req",
                                "-x509",
                                "-new",
                                "-key",
                                pem + ".key",
                                "-subj",
                                "/CN=dev1",
                                "-out",
                                pem)
                        .exitCode())
                .isZero();
        try (TestDoor door = new TestDoor()) {
            assertThat(Accelerator.use()).isInstanceOf(Accelerator.InUse.class);
            try {
                assertRefused(door, pem);
            } finally {
                Security.removeProvider(((Accelerator.InUse) Accelerator.use()).name());
            }
            assertRefused(door, pem);
        }
    }

    private static void assertRefused(TestDoor door, String pem) throws InterruptedException {
        Tool.Result result = Tool.run(
                "",
                "openssl",
                "s_client",
                "-connect",
                "127.0.0.1:" + door.port(),
                "-tls1_2",
                "-cipher",
                "DEFAULT:@SECLEVEL=0",
                "-cert",
                pem,
                "-key",
                pem + ".key");
        assertThat(result.output()).contains("SSL alert number 46");
        Report report = door.report();
        assertThat(report.reason()).isEqualTo("HandshakeRejected");
        assertThat(report.explanation()).contains("not on P-256, P-384 or P-521");
        assertThat(door.handshakes).isEmpty();
    }

    /** Else anybody could tell the operator that a key is gone. */
    @Test
    void they_are_not_taken_for_a_loss_of_the_servers_own_key() throws Exception {
        try (TestDoor door = new TestDoor()) {
            ServerAuthorities own = TestDoor.AUTHORITIES;
            ServerChain rsa = own.rsa();
            ServerChain inToken = new ServerChain(rsa.shown(), rsa.key(), rsa.root(), new TokenKeyUri("hub", "server"));
            door.identities.replace(List.of(new ServerAuthorities(
                    own.world(), inToken, own.ecc(), inToken, own.ownEcc(), own.bundle(), own.trustBundle())));

            assertThat(outcomes(door).values()).allMatch(outcome -> outcome.startsWith("HandshakeRejected, alert "));
        }
    }
}
