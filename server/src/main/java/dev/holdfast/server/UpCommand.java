package dev.holdfast.server;

import dev.holdfast.base.Limits;
import dev.holdfast.base.Version;
import dev.holdfast.hub.HostNames;
import java.io.Console;
import java.io.PrintWriter;
import java.net.InetAddress;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

@Command(
        name = "holdfast up",
        description = "Starts everything in the foreground and prints how to connect. Ctrl-C ends it.",
        sortOptions = false,
        footer = {
            "",
            "Only this machine can connect unless --bind names another address: --bind 0.0.0.0 opens every one.",
            "",
            "Example, for devices on the local network that resolve *.iot.example to this machine:",
            "  holdfast up --data /var/lib/holdfast --domain iot.example --bind 0.0.0.0"
        })
final class UpCommand implements Callable<Integer> {
    private static final Pattern DOMAIN =
            Pattern.compile("(?=.{1,200}$)[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?(\\.[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)*");
    private static final int LARGEST_PORT = 65_535;

    @Option(
            names = "--data",
            paramLabel = "DIR",
            description = "Where everything is kept (default: $$HOLDFAST_DATA, else ./data).")
    private @Nullable Path data;

    @Option(
            names = "--domain",
            paramLabel = "NAME",
            description = "The hubs are named HUB.NAME (default: " + HostNames.DEFAULT_DOMAIN + ", and localhost).")
    private String domain = HostNames.DEFAULT_DOMAIN;

    @Option(
            names = "--bind",
            paramLabel = "ADDRESS",
            description = "Listen on this address of the machine too (default: on loopback only).")
    private @Nullable InetAddress bind;

    @Option(
            names = "--mqtt-port",
            paramLabel = "N",
            description = "Port for MQTT over TLS (default: " + Config.MQTT_PORT + ", which the SDKs use).")
    private int mqttPort = Config.MQTT_PORT;

    @Option(
            names = "--amqp-port",
            paramLabel = "N",
            description = "Port for AMQP over TLS (default: " + Config.AMQP_PORT + ", which the SDKs use).")
    private int amqpPort = Config.AMQP_PORT;

    @Option(
            names = "--https-port",
            paramLabel = "N",
            description = "Port for HTTPS (default: " + Config.HTTPS_PORT + ", or " + Config.HTTPS_FALLBACK_PORT
                    + " where that can't be had).")
    private @Nullable Integer httpsPort;

    @Option(
            names = "--ready-file",
            paramLabel = "FILE",
            description = "Write the ready file here too; it is always DATA/ready.json.")
    private @Nullable Path readyFile;

    @Option(
            names = {"-h", "--help"},
            usageHelp = true,
            description = "Shows this help.")
    @SuppressWarnings("UnusedVariable") // picocli acts on it before the command runs
    private boolean help;

    @Spec
    private @Nullable CommandSpec spec;

    private final Map<String, String> environment;
    private final PrintWriter out;
    private final PrintWriter err;

    UpCommand(Map<String, String> environment, PrintWriter out, PrintWriter err) {
        this.environment = environment;
        this.out = out;
        this.err = err;
    }

    @Override
    public Integer call() throws InterruptedException {
        Config config = config();
        Limits limits = Limits.defaults();
        CleanEnd end = new CleanEnd(limits.installation().stopMaxTime(), err);
        end.onSignal();
        out.println("Holdfast " + Version.current());
        try {
            Server server = Server.start(config, limits, out::println);
            end.started(server);
            new Greeting(server.ready(), config, isTerminal()).print(out);
        } catch (StartFailure e) {
            err.println("holdfast: " + e.sentence());
            end.failed();
            return 1;
        } catch (RuntimeException e) {
            end.failed();
            throw e;
        }
        // The threads of the server live on; the end comes in another one.
        Thread.currentThread().join();
        return 0;
    }

    private static boolean isTerminal() {
        return Optional.ofNullable(System.console()).map(Console::isTerminal).orElse(false);
    }

    /** What the options mean. Wrong use ends here, with exit status 2. */
    Config config() {
        Path directory = data;
        if (directory == null) {
            directory = Path.of(environment.getOrDefault("HOLDFAST_DATA", "data"));
        }
        String lower = domain.toLowerCase(Locale.ROOT);
        if (!DOMAIN.matcher(lower).matches()) {
            throw wrongUse(
                    "'" + domain + "' is not a domain: labels of letters, digits and '-' with dots between them.");
        }
        Integer https = httpsPort;
        if (https != null) {
            check("--https-port", https);
        }
        check("--mqtt-port", mqttPort);
        check("--amqp-port", amqpPort);
        return new Config(directory, lower, bind, new Config.Ports(https, mqttPort, amqpPort), readyFile);
    }

    private void check(String option, int port) {
        if (port < 0 || port > LARGEST_PORT) {
            throw wrongUse(option + " is 1 to " + LARGEST_PORT + ", or 0 for any free port.");
        }
    }

    private ParameterException wrongUse(String sentence) {
        CommandSpec known = spec;
        if (known == null) {
            throw new IllegalStateException("picocli did not set up this command");
        }
        return new ParameterException(known.commandLine(), sentence);
    }
}
