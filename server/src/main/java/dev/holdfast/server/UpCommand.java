package dev.holdfast.server;

import dev.holdfast.base.Version;
import dev.holdfast.hub.HostNames;
import dev.holdfast.server.setting.Catalog;
import dev.holdfast.server.setting.Environment;
import dev.holdfast.server.setting.Given;
import dev.holdfast.server.setting.Origin;
import dev.holdfast.server.setting.Setting;
import dev.holdfast.server.setting.SettingsFile;
import dev.holdfast.server.setting.SettingsPage;
import dev.holdfast.server.setting.Values;
import dev.holdfast.server.setting.WrongSettingException;
import java.io.Console;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

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
    private static final int WRONG_USE = 2;

    @Option(
            names = "--config",
            paramLabel = "FILE",
            description = "Read settings from this YAML file; options and the environment win over it.")
    private @Nullable Path configFile;

    @Option(names = "--print-config", description = "Print the settings that hold, as such a file, and start nothing.")
    private boolean printConfig;

    @Option(
            names = "--data",
            paramLabel = "DIR",
            description = "Where everything is kept (default: $$HOLDFAST_DATA, else ./data).")
    private @Nullable String data;

    @Option(
            names = "--domain",
            paramLabel = "NAME",
            description = "The hubs are named HUB.NAME (default: " + HostNames.DEFAULT_DOMAIN + ", and localhost).")
    private @Nullable String domain;

    @Option(
            names = "--domains",
            paramLabel = "NAME[=WORLD],…",
            description =
                    "More domains for the hubs' names, each in the trust world WORLD, with roots of its own, or in the"
                            + " first domain's.")
    private @Nullable String domains;

    @Option(
            names = "--bind",
            paramLabel = "ADDRESS",
            description = "Listen on this address of the machine too (default: on loopback only).")
    private @Nullable String bind;

    @Option(
            names = "--mqtt-port",
            paramLabel = "N",
            description = "Port for MQTT over TLS (default: " + Config.MQTT_PORT + ", which the SDKs use).")
    private @Nullable String mqttPort;

    @Option(
            names = "--amqp-port",
            paramLabel = "N",
            description = "Port for AMQP over TLS (default: " + Config.AMQP_PORT + ", which the SDKs use).")
    private @Nullable String amqpPort;

    @Option(
            names = "--https-port",
            paramLabel = "N",
            description = "Port for HTTPS (default: " + Config.HTTPS_PORT + ", or " + Config.HTTPS_FALLBACK_PORT
                    + " where that can't be had).")
    private @Nullable String httpsPort;

    @Option(
            names = "--metrics-port",
            paramLabel = "N",
            description = "Port for /metrics and /health on loopback, without TLS (default: " + Config.METRICS_PORT
                    + "), or 'off'.")
    private @Nullable String metricsPort;

    @Option(
            names = "--log-format",
            paramLabel = "text|json",
            description = "Log lines for people or for programs (default: $$HOLDFAST_LOG_FORMAT, else text).")
    private @Nullable String logFormat;

    @Option(
            names = "--ready-file",
            paramLabel = "FILE",
            description = "Write the ready file here too; it is always DATA/ready.json.")
    private @Nullable String readyFile;

    @Option(
            names = "--fault-injection",
            description = "Let devices and operators break connections and refuse requests on purpose: for tests, never"
                    + " where real devices are.")
    private boolean faultInjection;

    @Option(
            names = {"-h", "--help"},
            usageHelp = true,
            description = "Shows this help.")
    @SuppressWarnings("UnusedVariable") // picocli acts on it before the command runs
    private boolean help;

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
        Values values;
        try {
            values = values();
        } catch (WrongSettingException e) {
            // Not the usage: behind forty lines of it nobody sees the sentence.
            err.println("holdfast: " + e.sentence() + (e.isFromOption() ? " See 'holdfast up --help'." : ""));
            return WRONG_USE;
        }
        if (printConfig) {
            out.print(SettingsPage.of(values));
            out.flush();
            return 0;
        }
        return run(Settings.config(values));
    }

    private int run(Config config) throws InterruptedException {
        Logging.use(config.log());
        CleanEnd end = new CleanEnd(config.limits().installation().stopMaxTime(), err);
        end.onSignal();
        out.println("Holdfast " + Version.current());
        try {
            Server server = Server.start(config, out::println, end::isAsked);
            end.started(server);
            new Greeting(server.ready(), config, command(), isTerminal()).print(out);
        } catch (StartFailure e) {
            if (!end.isAsked()) {
                err.println("holdfast: " + e.sentence());
            }
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

    /** How the launcher was called; it may be anywhere. */
    private static String command() {
        return System.getProperty("holdfast.command", "./holdfast");
    }

    private static boolean isTerminal() {
        return Optional.ofNullable(System.console()).map(Console::isTerminal).orElse(false);
    }

    /** What options, environment and file say together, in this order of strength. */
    Values values() throws WrongSettingException {
        Catalog catalog = Settings.catalog();
        Environment.Found variables = Environment.read(environment, catalog);
        variables.unknown().forEach(sentence -> err.println("holdfast: " + sentence));
        Map<String, Given> file = configFile == null ? Map.of() : SettingsFile.read(configFile, catalog);
        Values values = Values.of(catalog, List.of(options(), variables.byPath(), file));
        Settings.checkTogether(values);
        return values;
    }

    private Map<String, Given> options() {
        Map<String, Given> given = new HashMap<>();
        option(given, Settings.DATA, "--data", data);
        option(given, Settings.DOMAIN, "--domain", domain);
        option(given, Settings.DOMAINS, "--domains", domains);
        option(given, Settings.BIND, "--bind", bind);
        option(given, Settings.MQTT_PORT, "--mqtt-port", mqttPort);
        option(given, Settings.AMQP_PORT, "--amqp-port", amqpPort);
        option(given, Settings.HTTPS_PORT, "--https-port", httpsPort);
        option(given, Settings.METRICS_PORT, "--metrics-port", metricsPort);
        option(given, Settings.LOG_FORMAT, "--log-format", logFormat);
        option(given, Settings.READY_FILE, "--ready-file", readyFile);
        option(given, Settings.FAULT_INJECTION, "--fault-injection", faultInjection ? "on" : null);
        return given;
    }

    private static void option(Map<String, Given> given, Setting<?> setting, String option, @Nullable String text) {
        if (text != null) {
            given.put(setting.path(), new Given(text, new Origin.Option(option)));
        }
    }
}
