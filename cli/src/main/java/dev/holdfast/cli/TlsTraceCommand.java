package dev.holdfast.cli;

import dev.holdfast.base.Limits;
import dev.holdfast.cli.text.Printable;
import dev.holdfast.cli.trace.ClientTrace;
import dev.holdfast.cli.trace.Roots;
import dev.holdfast.cli.trace.ServerKey;
import dev.holdfast.cli.trace.TraceJson;
import dev.holdfast.cli.trace.TraceOptions;
import dev.holdfast.cli.trace.TraceResult;
import dev.holdfast.cli.trace.TraceText;
import dev.holdfast.tls.hello.TlsVersion;
import dev.holdfast.tls.trace.ClientIdentity;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import javax.net.ssl.SNIHostName;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.TypeConversionException;

@Command(
        name = "trace",
        description = {
            "Shakes hands with any TLS server, shows the handshake in its nine steps, and judges the chain that the server shows.",
            "It goes on when nobody should trust that chain, and says so; nothing but the handshake is ever sent.",
            "Exit status 0 means that a client with these roots would be connected now.",
            "With --next it shows the next handshake that reaches the server instead, and what became of it; exit status 1 means that"
                    + " nobody came or that it was refused."
        },
        footer = {
            "",
            "Examples:",
            "  holdfast tls trace hub1.example.com:8883",
            "  holdfast tls trace 192.0.2.7:8883 --server-name hub1.example.com --tls 1.2",
            "  holdfast tls trace hub1.example.com:8883 --cert device.pem --key device-key.pem --json",
            "  holdfast tls trace --next --device thermometer-7",
            "  holdfast tls trace --next --address 192.0.2.7 --timeout 300"
        })
final class TlsTraceCommand implements Callable<Integer> {
    private static final int IDENTITY_MAX_BYTES =
            Limits.defaults().certificates().pemMaxBytes();

    @Parameters(
            arity = "0..1",
            paramLabel = "HOST:PORT",
            converter = HostAndPort.Converter.class,
            description = "The server, ours or any other; an IPv6 address in brackets.")
    private @Nullable HostAndPort server;

    @Option(
            names = "--server-name",
            paramLabel = "NAME",
            description = "Asks for this name (SNI), and wants the certificate to be good for it (default: HOST).")
    private @Nullable String serverName;

    @Option(names = "--no-server-name", description = "Asks for no name, as some clients do.")
    private boolean withoutServerName;

    @Option(
            names = "--tls",
            paramLabel = "1.2|1.3",
            converter = VersionConverter.class,
            description = "Offers this version alone (default: 1.3 and 1.2).")
    private @Nullable TlsVersion version;

    @Option(names = "--cert", paramLabel = "FILE", description = "A client certificate in PEM, with those above it.")
    private @Nullable Path certificate;

    @Option(names = "--key", paramLabel = "FILE", description = "Its private key in PEM, without a password.")
    private @Nullable Path key;

    @Option(
            names = "--trust",
            paramLabel = "FILE",
            description =
                    "The roots to judge by, in PEM (default: ca.pem of the data directory, else the Java runtime's).")
    private @Nullable Path trust;

    @Mixin
    private NextHandshake next = new NextHandshake();

    @Mixin
    private final ServerOptions operator;

    @Mixin
    private Output output = new Output();

    @Mixin
    private HelpOption help = new HelpOption();

    TlsTraceCommand(Map<String, String> environment) {
        this.operator = new ServerOptions(environment);
    }

    @Override
    public Integer call() throws CommandFailure {
        check();
        if (next.isWanted()) {
            try (OperatorClient client = operator.connect()) {
                next.run(client, output, help.out(), help.err());
            }
            return 0;
        }
        TraceOptions options = options();
        Roots roots = roots();
        TraceResult result = ClientTrace.of(options, roots, Limits.defaults());
        if (output.isJson()) {
            output.printJson(help.out(), TraceJson.of(result, roots));
        } else {
            new TraceText(help.out(), result, roots).print();
        }
        Optional<String> complaint = result.complaint();
        if (complaint.isPresent()) {
            // It holds what the server says of itself.
            throw new CommandFailure(Printable.of(complaint.get()));
        }
        return 0;
    }

    /** The command has two sides, and each its options. */
    private void check() {
        if (next.isWanted()) {
            boolean asClient = serverName != null
                    || withoutServerName
                    || version != null
                    || certificate != null
                    || key != null
                    || trust != null;
            if (server != null || asClient) {
                throw help.wrongUse(
                        "--next waits at the server; HOST:PORT and what a client offers or trusts go without it.");
            }
        } else if (server == null) {
            throw help.wrongUse("Say with whom to shake hands, HOST:PORT, or wait at the server with --next.");
        } else if (next.isFiltered() || operator.isElsewhere()) {
            throw help.wrongUse("--device, --address, --hub, --timeout, --server and --ca need --next.");
        }
    }

    private TraceOptions options() throws CommandFailure {
        HostAndPort target = server;
        if (target == null) {
            throw new IllegalStateException("it was checked that there is one");
        }
        if (serverName != null && withoutServerName) {
            throw help.wrongUse("Give --server-name or --no-server-name, not both.");
        }
        String asked = serverName != null ? serverName : target.isAddress() ? null : target.host();
        if (asked != null && !withoutServerName) {
            checkName(asked);
        }
        return new TraceOptions(
                target.host(),
                target.port(),
                withoutServerName ? null : asked,
                serverName != null ? serverName : target.host(),
                version == null ? TraceOptions.MODERN : List.of(version),
                ServerKey.ANY,
                identity());
    }

    private void checkName(String name) {
        try {
            SNIHostName _ = new SNIHostName(name);
        } catch (IllegalArgumentException _) {
            throw help.wrongUse("SNI can't carry the name '" + name
                    + "'; give another one with --server-name, or --no-server-name.");
        }
    }

    private @Nullable ClientIdentity identity() throws CommandFailure {
        Path certificateFile = certificate;
        Path keyFile = key;
        if (certificateFile == null && keyFile == null) {
            return null;
        }
        if (certificateFile == null || keyFile == null) {
            throw help.wrongUse("--cert and --key go together.");
        }
        byte[] chain = GivenFile.read(certificateFile, "the client certificate", IDENTITY_MAX_BYTES);
        byte[] secret = GivenFile.read(keyFile, "the client's key", IDENTITY_MAX_BYTES);
        try {
            return ClientIdentity.read(chain, secret);
        } catch (IOException e) {
            throw new CommandFailure(
                    "the client certificate in " + certificateFile + " with the key in " + keyFile + " can't be used ("
                            + e.getMessage() + ").",
                    e);
        }
    }

    private Roots roots() throws CommandFailure {
        Path file = trust;
        if (file == null) {
            Path own = operator.dataDirectory().resolve("ca.pem");
            if (!Files.exists(own)) {
                return Roots.ofRuntime();
            }
            file = own;
        }
        try {
            return Roots.ofFile(file);
        } catch (IOException e) {
            throw ServerOptions.unreadable(file, e);
        }
    }

    /** Reads the versions that are still in use. */
    static final class VersionConverter implements ITypeConverter<TlsVersion> {
        @Override
        public TlsVersion convert(String number) {
            return TlsVersion.ofNumber(number)
                    .filter(TraceOptions.MODERN::contains)
                    .orElseThrow(() -> new TypeConversionException("expected 1.2 or 1.3"));
        }
    }
}
