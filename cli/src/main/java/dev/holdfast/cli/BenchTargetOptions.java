package dev.holdfast.cli;

import dev.holdfast.cli.bench.LoadTls;
import dev.holdfast.cli.bench.LoadTls.ClientCertificate;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Which server a bench puts under load, and how it speaks TLS with it. */
final class BenchTargetOptions {
    static final int PORT_MAX = 65_535;

    @Option(
            names = "--host",
            paramLabel = "HOST",
            description = "Any MQTT server; its roots with --ca. Without it the load is for the Holdfast of --data or"
                    + " --server, where devices are registered for it and deleted afterwards.")
    @Nullable
    String host;

    @Option(names = "--port", paramLabel = "N", description = "MQTT port (default: the hub's, else 8883).")
    @Nullable
    Integer port;

    @Option(names = "--insecure", description = "Trusts whatever certificate comes; with --host.")
    boolean insecure;

    @Option(names = "--user", paramLabel = "NAME", description = "User name of all connections; with --host.")
    @Nullable
    String user;

    @Option(names = "--password", paramLabel = "TEXT", description = "Password of all connections; with --host.")
    @Nullable
    String password;

    @Option(
            names = "--topic",
            paramLabel = "TEXT",
            description = "Where to publish, with {id} for the client id; with --host (default: ${DEFAULT-VALUE}).",
            defaultValue = "devices/{id}/messages/events/")
    String topic = "devices/{id}/messages/events/";

    @Option(
            names = "--devices",
            paramLabel = "FILE",
            description = "Connection strings of devices that exist, one a line, to be used instead of new ones.")
    @Nullable
    Path devices;

    @Option(
            names = "--server-pid",
            paramLabel = "PID",
            description = "The server's process on this machine, to measure its CPU and memory (default: the one of the"
                    + " ready file).")
    @Nullable
    Long pid;

    @Option(
            names = "--tls",
            paramLabel = "VERSION",
            converter = BenchConverters.Version.class,
            description = "1.2 or 1.3 (default: ${DEFAULT-VALUE}).",
            defaultValue = "1.2")
    LoadTls.Version version = LoadTls.Version.TLS_1_2;

    @Option(
            names = "--key",
            paramLabel = "KIND",
            converter = BenchConverters.Key.class,
            description = "The server's chain, rsa or ecdsa, by what is offered (default: ${DEFAULT-VALUE}).",
            defaultValue = "ecdsa")
    LoadTls.Key key = LoadTls.Key.ECDSA;

    @Option(
            names = "--group",
            paramLabel = "NAME",
            converter = BenchConverters.Group.class,
            description =
                    "Key exchange: x25519 or secp256r1 (default: ${DEFAULT-VALUE}). In TLS 1.2 with ecdsa x25519 is"
                            + " only preferred.",
            defaultValue = "secp256r1")
    LoadTls.Group group = LoadTls.Group.SECP256R1;

    @Option(
            names = "--client-cert",
            paramLabel = "FILE",
            description = "A certificate to show, PEM, with what is above it; with --client-key.")
    @Nullable
    Path clientCertificate;

    @Option(names = "--client-key", paramLabel = "FILE", description = "Its key: PEM, PKCS#8, not encrypted.")
    @Nullable
    Path clientKey;

    @Option(
            names = "--threads",
            paramLabel = "N",
            description = "Event loops of the client (default: ${DEFAULT-VALUE}).",
            defaultValue = "1")
    int threads = 1;

    @Mixin
    HubOption hub = new HubOption();

    @Mixin
    final ServerOptions server;

    BenchTargetOptions(ServerOptions server) {
        this.server = server;
    }

    boolean isOtherServer() {
        return host != null;
    }

    /** @throws picocli.CommandLine.ParameterException for what does not go together */
    void check(HelpOption help) {
        BenchNumbers numbers = new BenchNumbers(help);
        numbers.check("--port", port == null ? 1 : port, 1, PORT_MAX);
        numbers.check("--threads", threads, 1, 64);
        if (pid != null && !Files.isReadable(Path.of("/proc", Long.toString(pid), "stat"))) {
            throw help.wrongUse("--server-pid: there is no process " + pid + " on this machine.");
        }
        if ((clientCertificate == null) != (clientKey == null)) {
            throw help.wrongUse("--client-cert and --client-key go together.");
        }
        if (!isOtherServer() && (insecure || user != null || password != null)) {
            throw help.wrongUse("--insecure, --user and --password are for another server: name it with --host.");
        }
        if (isOtherServer() && insecure == (server.authorities() != null)) {
            throw help.wrongUse("Give the roots of " + host + " with --ca FILE, or trust anything with --insecure.");
        }
        if (password != null && user == null) {
            throw help.wrongUse("--password needs --user.");
        }
        if (isOtherServer() && devices != null && (user != null || password != null)) {
            throw help.wrongUse("--devices brings its own user names and passwords.");
        }
        if (!topic.contains("{id}") || topic.contains("#") || topic.contains("+")) {
            throw help.wrongUse("--topic must contain {id}, and neither # nor +.");
        }
    }

    LoadTls tls(@Nullable Path roots) {
        Path certificate = clientCertificate;
        Path certificateKey = clientKey;
        ClientCertificate client = certificate == null || certificateKey == null
                ? null
                : new ClientCertificate(certificate, certificateKey);
        return new LoadTls(new LoadTls.Options(version, key, group, roots, client));
    }
}
