package dev.holdfast.cli;

import dev.holdfast.cli.bench.BackEndLogin;
import dev.holdfast.cli.bench.DeviceLogin;
import dev.holdfast.cli.bench.Login;
import dev.holdfast.cli.bench.Target;
import dev.holdfast.wire.client.ClientTls;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The server that a bench puts under load, with logins for it. Closing it deletes the devices that were made for it. */
final class BenchServer implements AutoCloseable {
    private static final int STANDARD_PORT = 8883;
    private static final int STANDARD_HTTPS_PORT = 443;
    private static final int STANDARD_AMQP_PORT = 5671;

    private final BenchTargetOptions options;
    private final Consumer<String> progress;
    private final Target target;
    private final List<String> registered = new ArrayList<>();
    private final Thread atExit = new Thread(this::deleteDevices, "holdfast-bench-exit");
    private boolean ending;

    private BenchServer(BenchTargetOptions options, Consumer<String> progress, Target target) {
        this.options = options;
        this.progress = progress;
        this.target = target;
    }

    /** @param progress told in words what happens */
    static BenchServer of(BenchTargetOptions options, Consumer<String> progress) throws CommandFailure {
        String host = options.host;
        Integer port = options.port;
        if (host != null) {
            Path roots = options.insecure ? null : options.server.authorities();
            Target other = new Target(host, port == null ? STANDARD_PORT : port, options.tls(roots), options.pid);
            return new BenchServer(options, progress, other);
        }
        ServerAddress address = options.server.address();
        Optional<JsonNode> ready = options.server.ready();
        int mqttPort = port != null
                ? port
                : ready.map(file ->
                                hub(file, options.hub.name()).path("mqttPort").asInt(STANDARD_PORT))
                        .orElse(STANDARD_PORT);
        Long known = ready.map(file -> file.path("pid").asLong(0))
                .filter(id -> id > 0)
                .orElse(null);
        Long asked = options.pid;
        if (asked != null && known != null && !asked.equals(known)) {
            // In a container a server knows itself by another number, so both may be right.
            progress.accept("note: --server-pid is " + asked + ", but the server says that it is process " + known);
        }
        Long pid = asked == null ? known : asked;
        String way = address.url().getHost();
        return new BenchServer(options, progress, new Target(way, mqttPort, options.tls(address.trustBundle()), pid));
    }

    /** What the ready file says of a hub; empty when it does not know it. */
    private static JsonNode hub(JsonNode ready, String name) {
        for (JsonNode entry : ready.path("hubs")) {
            if (entry.path("name").asString("").equals(name)) {
                return entry;
            }
        }
        return JsonMapper.shared().createObjectNode();
    }

    Target target() {
        return target;
    }

    /** How a back end of the hub comes in. Only of a Holdfast. */
    BackEndLogin backEnd() throws CommandFailure {
        JsonNode hub = options.server
                .ready()
                .map(file -> hub(file, options.hub.name()))
                .orElseGet(() -> JsonMapper.shared().createObjectNode());
        ServerAddress address = options.server.address();
        int urlPort = address.url().getPort();
        int httpsPort = hub.path("httpsPort").asInt(urlPort < 0 ? STANDARD_HTTPS_PORT : urlPort);
        int amqpPort = hub.path("amqpPort").asInt(STANDARD_AMQP_PORT);
        Path roots = address.trustBundle();
        try (OperatorClient client = options.server.connect()) {
            BackEndLogin login = BackEndLogin.parse(
                    client.get(options.hub.path("connection-strings"))
                            .path("serviceConnectionString")
                            .asString(""),
                    httpsPort,
                    amqpPort,
                    ClientTls.trusting(roots));
            if (login == null) {
                throw new CommandFailure(
                        "hub '" + options.hub.name() + "' has no shared access policy that a back end could use.");
            }
            return login;
        } catch (IOException e) {
            throw ServerOptions.unreadable(roots, e);
        }
    }

    /** So many logins, registered where the server is a Holdfast. */
    List<Login> logins(int count) throws CommandFailure {
        Path file = options.devices;
        if (file != null) {
            return fromFile(file, count);
        }
        return options.isOtherServer() ? plain(count) : register(count);
    }

    /** A login of its own for a reader on another server. */
    Login readerLogin() {
        return plain("bench-reader");
    }

    private List<Login> plain(int count) {
        List<Login> logins = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            logins.add(plain("bench-" + i));
        }
        return logins;
    }

    private Login plain(String id) {
        return new Login(id, options.user, options.password, options.topic.replace("{id}", id));
    }

    private static List<Login> fromFile(Path file, int count) throws CommandFailure {
        List<Login> logins = new ArrayList<>();
        try {
            for (String line : Files.readAllLines(file)) {
                if (!line.isBlank() && logins.size() < count) {
                    logins.add(login(line.strip()));
                }
            }
        } catch (IOException e) {
            throw new CommandFailure(
                    "the connection strings in " + file + " can't be read (" + Trouble.of(e) + ").", e);
        }
        if (logins.size() < count) {
            throw new CommandFailure(file + " has " + logins.size() + " connection strings, but " + count
                    + " connections need one each.");
        }
        return logins;
    }

    private static Login login(String connectionString) throws CommandFailure {
        DeviceLogin device =
                DeviceLogin.parse(connectionString, InstantSource.system().instant());
        if (device == null) {
            throw new CommandFailure(
                    "a connection string of a device needs HostName, DeviceId, and SharedAccessKey in base64 or"
                            + " x509=true.");
        }
        return device.login();
    }

    private List<Login> register(int count) throws CommandFailure {
        progress.accept("registering " + count + " devices");
        String run = "bench-"
                + HexFormat.of().toHexDigits(ThreadLocalRandom.current().nextInt()) + "-";
        // Ctrl-C ends the process without closing anything.
        Runtime.getRuntime().addShutdownHook(atExit);
        List<Login> logins = new ArrayList<>();
        try (OperatorClient client = options.server.connect()) {
            for (int i = 0; i < count; i++) {
                logins.add(register(client, run + i));
            }
        }
        return logins;
    }

    /** Not while the devices are being deleted: this one would be left. */
    private synchronized Login register(OperatorClient client, String id) throws CommandFailure {
        if (ending) {
            throw new CommandFailure("the bench was ended before it began.");
        }
        JsonNode device = client.post(
                options.hub.path("devices"),
                JsonMapper.shared().createObjectNode().put("id", id).put("authentication", "sas"));
        registered.add(id);
        return login(device.path("connectionString").asString(""));
    }

    private synchronized void deleteDevices() {
        ending = true;
        if (registered.isEmpty()) {
            return;
        }
        progress.accept("deleting " + registered.size() + " devices");
        try (OperatorClient client = options.server.connect()) {
            while (!registered.isEmpty()) {
                client.delete(options.hub.path("devices", registered.getFirst()));
                registered.removeFirst();
            }
        } catch (CommandFailure e) {
            progress.accept(registered.size() + " devices are left in hub '" + options.hub.name() + "', "
                    + registered.getFirst() + " to " + registered.getLast() + ": " + e.sentence());
        }
    }

    /** Whether devices could not be deleted; that was told. */
    synchronized boolean hasLeftDevices() {
        return !registered.isEmpty();
    }

    @Override
    public void close() {
        try {
            Runtime.getRuntime().removeShutdownHook(atExit);
        } catch (IllegalStateException endingAlready) {
            // It runs, and whoever comes second finds nothing to do.
        }
        deleteDevices();
    }

    /** What the result is named after when the user gives no label. */
    String label(@Nullable String wanted) {
        if (wanted != null) {
            return wanted;
        }
        return options.isOtherServer() ? target.host() + ":" + target.port() : "holdfast";
    }
}
