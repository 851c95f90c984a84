package dev.holdfast.conformance;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import javax.net.ssl.KeyManager;

/** A certificate and its key, made with the openssl program; with it more can be issued. */
final class Issued {
    /** Kinds of keys, with what openssl is told to make one. */
    enum Kind {
        EC("ec", "-pkeyopt", "ec_paramgen_curve:prime256v1"),
        RSA("rsa:2048");

        private final List<String> arguments;

        Kind(String... arguments) {
            this.arguments = List.of(arguments);
        }
    }

    private final Kind kind;
    private final Path base = Path.of(System.getenv("CONFORMANCE_SCRATCH"), TestServer.freshId("issued"));

    private Issued(Kind kind) {
        this.kind = kind;
    }

    static Issued root(String commonName, Kind kind) {
        Issued made = new Issued(kind);
        List<String> command = new ArrayList<>(List.of("openssl", "req", "-x509", "-newkey"));
        command.addAll(kind.arguments);
        command.addAll(List.of("-noenc", "-sha256", "-days", "30", "-subj", "/CN=" + commonName));
        command.addAll(List.of("-addext", "keyUsage=critical,keyCertSign,cRLSign"));
        command.addAll(List.of("-keyout", made.file(".key"), "-out", made.file(".pem")));
        TestServer.run(new ProcessBuilder(command));
        return made;
    }

    Issued intermediate(String commonName, Kind intermediateKind) {
        return issue(commonName, intermediateKind, "basicConstraints=critical,CA:TRUE\nkeyUsage=critical,keyCertSign\n");
    }

    Issued device(String commonName, Kind deviceKind) {
        return issue(commonName, deviceKind, "basicConstraints=critical,CA:FALSE\nextendedKeyUsage=clientAuth\n");
    }

    private Issued issue(String commonName, Kind newKind, String extensions) {
        Issued made = new Issued(newKind);
        List<String> request = new ArrayList<>(List.of("openssl", "req", "-new", "-newkey"));
        request.addAll(newKind.arguments);
        // openssl separates the parts of a name by slashes.
        request.addAll(List.of("-noenc", "-subj", "/CN=" + commonName.replace("/", "\\/")));
        request.addAll(List.of("-keyout", made.file(".key"), "-out", made.file(".csr")));
        TestServer.run(new ProcessBuilder(request));
        try {
            Files.writeString(Path.of(made.file(".ext")), extensions);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        List<String> sign = new ArrayList<>(List.of("openssl", "x509", "-req", "-in", made.file(".csr")));
        sign.addAll(List.of("-CA", file(".pem"), "-CAkey", file(".key"), "-CAcreateserial", "-sha256", "-days", "30"));
        sign.addAll(List.of("-extfile", made.file(".ext"), "-out", made.file(".pem")));
        TestServer.run(new ProcessBuilder(sign));
        return made;
    }

    private String file(String ending) {
        return base + ending;
    }

    String pem() {
        try {
            return Files.readString(Path.of(file(".pem")));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** @param above the certificates to send behind its own */
    KeyManager[] keyManagers(Issued... above) {
        List<Path> chain = Stream.concat(Stream.of(this), Stream.of(above))
                .map(each -> Path.of(each.file(".pem")))
                .toList();
        return Pem.keyManagers(chain, Path.of(file(".key")), kind.name());
    }
}
