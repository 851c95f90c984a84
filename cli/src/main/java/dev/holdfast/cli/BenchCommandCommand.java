package dev.holdfast.cli;

import dev.holdfast.cli.bench.CommandBench;
import dev.holdfast.cli.bench.CommandKind;
import dev.holdfast.cli.bench.CommandPlan;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

@Command(
        name = "command",
        description = "A back end calls methods, changes desired properties or sends messages, or devices report"
                + " properties: rate, latencies, CPU of the server for each, and whether everything came.",
        footer = {
            "",
            "Examples:",
            "  holdfast bench command --kind method --connections 2000 --callers 16",
            "  holdfast bench command --kind message --connections 2000 --registered 100000 --rate 500 --json result.json"
        })
final class BenchCommandCommand extends BenchLoadCommand {
    private static final int REGISTERED_MAX = 1_000_000;

    @Option(
            names = "--kind",
            paramLabel = "KIND",
            required = true,
            converter = BenchConverters.Kind.class,
            description = "method, desired (properties that a back end changes), reported (properties that a device"
                    + " changes) or message (cloud-to-device).")
    private CommandKind kind = CommandKind.METHOD;

    @Option(names = "--connections", paramLabel = "N", description = "Devices that are connected (default: 100).")
    private int connections = 100;

    @Option(
            names = "--registered",
            paramLabel = "N",
            description = "Devices that are registered in all; those beyond --connections are made for the run and"
                    + " deleted afterwards (default: as many as are connected).")
    private int registered;

    @Option(names = "--callers", paramLabel = "N", description = "Commands under way at once (default: 16).")
    private int callers = 16;

    @Option(names = "--size", paramLabel = "BYTES", description = "What each one carries (default: 200).")
    private int size = 200;

    @Option(
            names = "--rate",
            paramLabel = "N",
            description =
                    "Commands per second in all, begun when they are due whatever the server does; latencies count"
                            + " from then (default: as fast as they are answered).")
    private double rate;

    @Option(names = "--warmup", paramLabel = "SECONDS", description = "Load before measuring (default: 10).")
    private int warmup = 10;

    @Option(names = "--duration", paramLabel = "SECONDS", description = "How long to measure (default: 10).")
    private int duration = 10;

    @Option(
            names = "--drain",
            paramLabel = "SECONDS",
            description = "How long to wait at the end for one more delivery (default: 30).")
    private int drain = 30;

    BenchCommandCommand(Map<String, String> environment) {
        super(environment);
    }

    @Override
    Load load() {
        CommandPlan plan = plan();
        if (target.isOtherServer() || target.devices != null) {
            throw help.wrongUse(
                    "A back end is needed: this bench is for a hub of Holdfast, without --host and --devices.");
        }
        return (server, progress) ->
                new CommandBench(server.target(), server.backEnd(), plan, progress).run(server.logins(connections));
    }

    private CommandPlan plan() {
        BenchNumbers numbers = new BenchNumbers(help);
        if (!(rate >= 0 && rate <= 1e6)) {
            throw help.wrongUse("--rate must be from 0 (as fast as it goes) to 1000000.");
        }
        int connected = numbers.check("--connections", connections, 1, BenchNumbers.CONNECTIONS_MAX);
        return new CommandPlan(
                kind,
                registered == 0 ? connected : numbers.check("--registered", registered, connected, REGISTERED_MAX),
                connected,
                numbers.check("--callers", callers, 1, 1024),
                numbers.check("--size", size, 0, 2048),
                rate,
                numbers.seconds("--warmup", warmup, 0, BenchNumbers.WARMUP_MAX_SECONDS),
                numbers.seconds("--duration", duration, 1, BenchNumbers.DURATION_MAX_SECONDS),
                numbers.seconds("--drain", drain, 0, BenchNumbers.WARMUP_MAX_SECONDS),
                target.threads);
    }
}
