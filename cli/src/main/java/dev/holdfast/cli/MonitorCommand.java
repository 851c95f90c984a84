package dev.holdfast.cli;

import dev.holdfast.base.Limits;
import dev.holdfast.cli.monitor.TelemetryReader;
import dev.holdfast.cli.monitor.TelemetryStart;
import dev.holdfast.wire.amqp.AmqpException;
import dev.holdfast.wire.client.ClientTls;
import java.io.IOException;
import java.time.InstantSource;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(
        name = "monitor",
        description = "Prints telemetry as it arrives. Ctrl-C ends it.",
        footer = {"", "Examples:", "  holdfast monitor --device thermometer-7", "  holdfast monitor --from-start --json"
        })
final class MonitorCommand implements Callable<Integer> {
    private static final int CREDIT = 100;

    @Mixin
    private HubOption hub = new HubOption();

    @Option(names = "--device", paramLabel = "ID", description = "Only what this device and its modules send.")
    private @Nullable String device;

    @Option(names = "--from-start", description = "Begin with the oldest message that is kept, not with the next one.")
    private boolean fromStart;

    @Option(names = "--consumer-group", paramLabel = "GROUP", description = "Read in this group (default: $$Default).")
    private String consumerGroup = "$Default";

    @Mixin
    private final ServerOptions server;

    @Option(names = "--json", description = "Prints each message as one line of JSON.")
    private boolean json;

    @Mixin
    private HelpOption help = new HelpOption();

    MonitorCommand(Map<String, String> environment) {
        this.server = new ServerOptions(environment);
    }

    @Override
    public Integer call() throws CommandFailure, InterruptedException {
        ServerAddress address = server.address();
        TelemetryReader.Options options;
        try {
            options = new TelemetryReader.Options(
                    EventHubAccess.of(server, hub),
                    ClientTls.trusting(address.trustBundle()),
                    consumerGroup,
                    fromStart ? new TelemetryStart.Earliest() : new TelemetryStart.Now(),
                    CREDIT,
                    Limits.defaults());
        } catch (IOException e) {
            throw ServerOptions.unreadable(address.trustBundle(), e);
        }
        MonitorPrinter printer = new MonitorPrinter(help.out(), help.err(), device, json);
        try (TelemetryReader reader = new TelemetryReader(options, InstantSource.system(), printer)) {
            printer.endsWith(reader);
            reader.run();
            return 0;
        } catch (AmqpException e) {
            throw new CommandFailure(
                    "the server refused to give telemetry of hub '" + hub.name() + "': "
                            + e.error().description(),
                    e);
        }
    }
}
