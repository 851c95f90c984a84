package dev.holdfast.conformance;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyStore;
import java.security.MessageDigest;
import java.security.PrivateKey;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import javax.net.ssl.KeyManager;
import javax.net.ssl.KeyManagerFactory;

/** A self-signed client certificate and its key, made with the openssl program as a device maker would. */
record SelfSigned(Certificate certificate, PrivateKey key) {
    /** Kinds of keys, with what openssl is told to make one. */
    enum Kind {
        EC("ec", "-pkeyopt", "ec_paramgen_curve:prime256v1"),
        RSA("rsa:2048");

        private final List<String> arguments;

        Kind(String... arguments) {
            this.arguments = List.of(arguments);
        }
    }

    static SelfSigned make(Kind kind, String commonName) {
        Path base = Path.of(System.getenv("CONFORMANCE_SCRATCH"), TestServer.freshId(commonName));
        Path keyFile = Path.of(base + ".key");
        Path certificateFile = Path.of(base + ".pem");
        List<String> command = new ArrayList<>(List.of("openssl", "req", "-x509", "-newkey"));
        command.addAll(kind.arguments);
        command.addAll(List.of("-noenc", "-sha256", "-days", "30", "-subj", "/CN=" + commonName));
        command.addAll(List.of("-keyout", keyFile.toString(), "-out", certificateFile.toString()));
        TestServer.run(new ProcessBuilder(command));
        try {
            byte[] pem = Files.readAllBytes(certificateFile);
            Certificate certificate =
                    CertificateFactory.getInstance("X.509").generateCertificate(new ByteArrayInputStream(pem));
            return new SelfSigned(certificate, privateKey(kind, Files.readString(keyFile)));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    private static PrivateKey privateKey(Kind kind, String pem) throws GeneralSecurityException {
        String base64 = pem.replaceAll("-----[^-]+-----|\\s", "");
        return KeyFactory.getInstance(kind.name())
                .generatePrivate(new PKCS8EncodedKeySpec(Base64.getDecoder().decode(base64)));
    }

    /** In upper-case hexadecimal, as the registry shows it. */
    String thumbprint(String algorithm) {
        try {
            byte[] digest = MessageDigest.getInstance(algorithm).digest(certificate.getEncoded());
            return HexFormat.of().withUpperCase().formatHex(digest);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    KeyManager[] keyManagers() {
        try {
            char[] password = {};
            KeyStore store = KeyStore.getInstance("PKCS12");
            store.load(null, null);
            store.setKeyEntry("device", key, password, new Certificate[] {certificate});
            KeyManagerFactory factory = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
            factory.init(store, password);
            return factory.getKeyManagers();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }
}
