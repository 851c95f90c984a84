package dev.holdfast.cli;

import dev.holdfast.cli.bench.IdleBench;
import dev.holdfast.cli.bench.IdlePlan;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

@Command(
        name = "idle",
        description = "Opens connections that do nothing, and measures the server's memory for each.",
        footer = {
            "",
            "Examples:",
            "  holdfast bench idle --connections 5000 --tls 1.3 --collect",
            "  holdfast bench idle --connections 5000 --host localhost --insecure --server-pid 4711"
        })
final class BenchIdleCommand extends BenchLoadCommand {
    @Option(names = "--connections", paramLabel = "N", description = "How many (default: 1000).")
    private int connections = 1000;

    @Option(
            names = "--warmup",
            paramLabel = "SECONDS",
            description = "Connections that come and go before the first reading (default: 8).")
    private int warmup = 8;

    @Option(names = "--hold", paramLabel = "SECONDS", description = "How long they stay (default: 5).")
    private int hold = 5;

    @Option(names = "--collect", description = "Has a server in Java collect its garbage before each reading.")
    private boolean collect;

    BenchIdleCommand(Map<String, String> environment) {
        super(environment);
    }

    @Override
    Load load() {
        BenchNumbers numbers = new BenchNumbers(help);
        IdlePlan plan = new IdlePlan(
                numbers.check("--connections", connections, 1, BenchNumbers.CONNECTIONS_MAX),
                numbers.seconds("--warmup", warmup, 0, BenchNumbers.WARMUP_MAX_SECONDS),
                numbers.seconds("--hold", hold, 0, BenchNumbers.WARMUP_MAX_SECONDS),
                collect,
                target.threads);
        return (server, progress) -> new IdleBench(server.target(), plan, progress).run(server.logins(connections));
    }
}
