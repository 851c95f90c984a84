package dev.holdfast.cli;

import dev.holdfast.base.Limits;
import dev.holdfast.wire.client.ClientTls;
import dev.holdfast.wire.client.HttpsClient;
import java.io.IOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Option;
import picocli.CommandLine.TypeConversionException;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The options by which every command finds its server: a data directory on this machine, or an address and a token. */
final class ServerOptions {
    private static final JsonMapper JSON = JsonMapper.builder().build();
    private static final int PORT_MAX = 65_535;
    private static final String TOKEN = "HOLDFAST_TOKEN";

    @Option(
            names = "--data",
            paramLabel = "DIR",
            description = "Data directory of the server (default: $$HOLDFAST_DATA, else ./data).")
    private @Nullable Path data;

    @Option(
            names = "--server",
            paramLabel = "URL",
            converter = UrlConverter.class,
            description =
                    "A server elsewhere, as https://HOST[:PORT]; its operator token is taken from $$" + TOKEN + ".")
    private @Nullable URI server;

    @Option(
            names = "--ca",
            paramLabel = "FILE",
            description = "The roots of a server that is named by its address, in PEM.")
    private @Nullable Path authorities;

    private final Map<String, String> environment;

    ServerOptions(Map<String, String> environment) {
        this.environment = environment;
    }

    /** Of the server of a data directory, without any option given. */
    ServerOptions(Map<String, String> environment, Path data) {
        this.environment = environment;
        this.data = data;
    }

    /** Opens a client of the server; no byte has been sent yet. */
    OperatorClient connect() throws CommandFailure {
        ServerAddress address = address();
        try {
            ClientTls tls = ClientTls.trusting(address.trustBundle());
            return new OperatorClient(
                    new HttpsClient(address.url(), tls, Limits.defaults().client()), address);
        } catch (IOException e) {
            throw unreadable(address.trustBundle(), e);
        } catch (IllegalArgumentException e) {
            throw new CommandFailure("that is not a server: give --server https://HOST[:PORT].", e);
        }
    }

    /** @param roots what {@code --ca} or the ready file names */
    static CommandFailure unreadable(Path roots, IOException cause) {
        return new CommandFailure("the roots in " + roots + " can't be read: " + Trouble.of(cause) + ".", cause);
    }

    ServerAddress address() throws CommandFailure {
        URI url = server;
        return url == null ? fromReadyFile() : fromOptions(url);
    }

    /** Whether the options name a server by its address. */
    boolean isElsewhere() {
        return server != null || authorities != null;
    }

    /** The data directory that is named, or the usual one. */
    Path dataDirectory() throws CommandFailure {
        return DataDirectory.find(data, environment);
    }

    /** What {@code --ca} names. */
    @Nullable
    Path authorities() {
        return authorities;
    }

    /** The ready file of a server on this machine; empty when the server is named by its address. */
    Optional<JsonNode> ready() throws CommandFailure {
        return server == null ? Optional.of(readReadyFile()) : Optional.empty();
    }

    private ServerAddress fromOptions(URI url) throws CommandFailure {
        String token = environment.get(TOKEN);
        if (token == null || token.isBlank()) {
            throw new CommandFailure("--server needs the operator token in the environment variable " + TOKEN + ".");
        }
        Path roots = authorities;
        if (roots == null) {
            throw new CommandFailure("--server needs the roots of that server: give its ca.pem with --ca FILE.");
        }
        String given = token.strip();
        if (!isToken(given)) {
            throw new CommandFailure(
                    "the environment variable " + TOKEN + " holds more than a token, or something else;"
                            + " put into it what is in the file operator-token of that server, and nothing besides.");
        }
        if (url.getPort() > PORT_MAX || url.getPort() == 0) {
            throw new CommandFailure(
                    "--server names port " + url.getPort() + ", but ports are from 1 to " + PORT_MAX + ".");
        }
        return new ServerAddress(url, given, roots);
    }

    /** Whether it can stand in a header: one word of visible ASCII. */
    private static boolean isToken(String text) {
        return text.chars().allMatch(c -> c > ' ' && c < 0x7F);
    }

    private ServerAddress fromReadyFile() throws CommandFailure {
        JsonNode ready = readReadyFile();
        try {
            String token = ready.path("operatorToken").asString();
            if (!isToken(token)) {
                throw new IllegalArgumentException("a token that no header can carry");
            }
            return new ServerAddress(
                    URI.create(ready.path("operator").path("url").asString()),
                    token,
                    Path.of(ready.path("trustBundle").asString()));
        } catch (JacksonException | IllegalArgumentException e) {
            throw damaged(readyFile(), e);
        }
    }

    private Path readyFile() throws CommandFailure {
        return DataDirectory.find(data, environment).resolve("ready.json");
    }

    private JsonNode readReadyFile() throws CommandFailure {
        Path file = readyFile();
        if (!Files.exists(file)) {
            throw new CommandFailure("no server is ready with the data directory " + file.getParent()
                    + "; if one is starting, wait until it says that it is ready, else start one with 'holdfast up', or"
                    + " name another one with --data or --server.");
        }
        try {
            return JSON.readTree(Files.readAllBytes(file));
        } catch (IOException | JacksonException e) {
            throw damaged(file, e);
        }
    }

    private static CommandFailure damaged(Path file, Exception cause) {
        return new CommandFailure(file + " is damaged; end the server that wrote it and start it again.", cause);
    }

    /** Reads an address; what can't be one is not repeated, since it may hold a password. */
    static final class UrlConverter implements ITypeConverter<URI> {
        @Override
        public URI convert(String text) {
            URI url;
            try {
                url = new URI(text);
            } catch (URISyntaxException notAnAddress) {
                throw new TypeConversionException("expected https://HOST[:PORT]");
            }
            if (url.getUserInfo() != null) {
                throw new TypeConversionException("expected https://HOST[:PORT], without a user or a password in it");
            }
            return url;
        }
    }
}
