package dev.holdfast.cli;

import dev.holdfast.cli.bench.PublishBench;
import dev.holdfast.cli.bench.PublishPlan;
import dev.holdfast.cli.bench.ReaderPlan;
import dev.holdfast.wire.client.ClientTls;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

@Command(
        name = "publish",
        description = "Many connections publish with QoS 1, perhaps one reads: rate, latencies, CPU of the server for"
                + " each message, and whether everything acknowledged was delivered.",
        footer = {
            "",
            "Examples:",
            "  holdfast bench publish --connections 100 --window 16 --reader amqp",
            "  holdfast bench publish --rate 4000 --reader amqp --json result.json",
            "  holdfast bench publish --host localhost --port 18883 --ca ca.pem --reader mqtt --server-pid 4711"
        })
final class BenchPublishCommand extends BenchLoadCommand {
    private static final int BACKLOG = 10_000;

    /** Who reads, as it is spelled on the command line. */
    enum ReaderKind {
        MQTT,
        AMQP,
        NONE;

        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    @Option(names = "--connections", paramLabel = "N", description = "How many publish (default: 100).")
    private int connections = 100;

    @Option(
            names = "--window",
            paramLabel = "N",
            description = "Messages that one connection may have unacknowledged (default: 1).")
    private int window = 1;

    @Option(names = "--size", paramLabel = "BYTES", description = "Payload, at least 24 (default: 200).")
    private int size = 200;

    @Option(
            names = "--rate",
            paramLabel = "N",
            description = "Messages per second in all, sent when they are due whatever the server does; latencies count"
                    + " from then (default: as fast as acknowledgements come).")
    private double rate;

    @Option(names = "--warmup", paramLabel = "SECONDS", description = "Load before measuring (default: 10).")
    private int warmup = 10;

    @Option(names = "--duration", paramLabel = "SECONDS", description = "How long to measure (default: 10).")
    private int duration = 10;

    @Option(
            names = "--drain",
            paramLabel = "SECONDS",
            description =
                    "How long to wait at the end for acknowledgements, and then for one more delivery (default: 30).")
    private int drain = 30;

    @Option(
            names = "--reader",
            paramLabel = "KIND",
            converter = BenchConverters.Reader.class,
            description = "amqp (the hub's Event Hubs endpoint), mqtt (a subscriber of another server) or none"
                    + " (default: none).")
    private ReaderKind reader = ReaderKind.NONE;

    @Option(names = "--reader-qos", paramLabel = "N", description = "0 or 1, for --reader mqtt (default: 1).")
    private int readerQos = 1;

    @Option(
            names = "--backlog",
            paramLabel = "N",
            description =
                    "With a reader and no --rate: publishers wait while more than N messages are acknowledged and not"
                            + " delivered, so that the figures are of messages that are delivered as fast as they are published;"
                            + " 0 for no bound (default: 10000, or 0 with --reader-qos 0).")
    private @Nullable Integer backlog;

    BenchPublishCommand(Map<String, String> environment) {
        super(environment);
    }

    @Override
    Load load() {
        PublishPlan plan = plan();
        checkReader();
        return (server, progress) -> {
            ReaderPlan readerPlan = readerPlan(server);
            return new PublishBench(server.target(), plan, readerPlan, progress).run(server.logins(plan.connections()));
        };
    }

    private PublishPlan plan() {
        BenchNumbers numbers = new BenchNumbers(help);
        if (!(rate >= 0 && rate <= 1e6)) {
            throw help.wrongUse("--rate must be from 0 (as fast as it goes) to 1000000.");
        }
        return new PublishPlan(
                numbers.check("--connections", connections, 1, BenchNumbers.CONNECTIONS_MAX),
                numbers.check("--window", window, 1, 1024),
                numbers.check("--size", size, PublishPlan.SIZE_MIN, 256 * 1024),
                rate,
                backlog(),
                numbers.seconds("--warmup", warmup, 0, BenchNumbers.WARMUP_MAX_SECONDS),
                numbers.seconds("--duration", duration, 1, BenchNumbers.DURATION_MAX_SECONDS),
                numbers.seconds("--drain", drain, 0, BenchNumbers.WARMUP_MAX_SECONDS),
                target.threads);
    }

    private int backlog() {
        Integer wanted = backlog;
        boolean bounds = reader == ReaderKind.AMQP || (reader == ReaderKind.MQTT && readerQos == 1);
        if (wanted == null) {
            return bounds && rate == 0 ? BACKLOG : 0;
        }
        if (wanted != 0 && (reader == ReaderKind.NONE || rate > 0)) {
            throw help.wrongUse("--backlog is for a reader, and not for a fixed --rate.");
        }
        return wanted == 0 ? 0 : new BenchNumbers(help).check("--backlog", wanted, PublishPlan.BACKLOG_MIN, 1_000_000);
    }

    private void checkReader() {
        if (readerQos != 0 && readerQos != 1) {
            throw help.wrongUse("--reader-qos must be 0 or 1.");
        }
        if (reader == ReaderKind.AMQP && target.isOtherServer()) {
            throw help.wrongUse("--reader amqp reads from a hub of Holdfast; another server is read with mqtt.");
        }
        if (reader == ReaderKind.MQTT && !target.isOtherServer()) {
            throw help.wrongUse(
                    "--reader mqtt is for another server: devices of a hub don't read telemetry. Use amqp.");
        }
    }

    private ReaderPlan readerPlan(BenchServer server) throws CommandFailure {
        return switch (reader) {
            case NONE -> new ReaderPlan.None();
            case MQTT -> new ReaderPlan.Mqtt(server.readerLogin(), target.topic.replace("{id}", "+"), readerQos);
            case AMQP -> {
                Path roots = target.server.address().trustBundle();
                try {
                    yield new ReaderPlan.Amqp(EventHubAccess.of(target.server, target.hub), ClientTls.trusting(roots));
                } catch (IOException e) {
                    throw ServerOptions.unreadable(roots, e);
                }
            }
        };
    }
}
