package dev.holdfast.cli;

import dev.holdfast.cli.bench.Exchange;
import dev.holdfast.cli.bench.HandshakeBench;
import dev.holdfast.cli.bench.HandshakePlan;
import dev.holdfast.cli.bench.Login;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

@Command(
        name = "handshake",
        description = "New connections as fast as they go, each left after its TLS handshake: rate, latencies, CPU of"
                + " the server and bytes for each.",
        footer = {
            "",
            "The client does its part of the handshake with the same library as Holdfast, so that it is often the limit;",
            "the server's CPU for each handshake does not depend on that.",
            "",
            "Examples:",
            "  holdfast bench handshake --tls 1.3 --key rsa --group x25519",
            "  holdfast bench handshake --resumed --exchange mqtt --json result.json"
        })
final class BenchHandshakeCommand extends BenchLoadCommand {
    @Option(names = "--concurrency", paramLabel = "N", description = "Connections at once (default: 16).")
    private int concurrency = 16;

    @Option(names = "--resumed", description = "Resume the session before, instead of a full handshake.")
    private boolean resumed;

    @Option(
            names = "--exchange",
            paramLabel = "WHAT",
            converter = BenchConverters.ExchangeReader.class,
            description =
                    "mqtt: CONNECT and CONNACK before leaving; http: GET / and a 2xx answer, with --host; none: leave"
                            + " at once (default: none).")
    private Exchange exchange = Exchange.NONE;

    @Option(names = "--warmup", paramLabel = "SECONDS", description = "Load before measuring (default: 10).")
    private int warmup = 10;

    @Option(names = "--duration", paramLabel = "SECONDS", description = "How long to measure (default: 10).")
    private int duration = 10;

    BenchHandshakeCommand(Map<String, String> environment) {
        super(environment);
    }

    @Override
    Load load() {
        if (exchange == Exchange.HTTP && !target.isOtherServer()) {
            throw help.wrongUse("--exchange http is for another server: name it with --host.");
        }
        BenchNumbers numbers = new BenchNumbers(help);
        HandshakePlan plan = new HandshakePlan(
                numbers.check("--concurrency", concurrency, 1, 1000),
                resumed,
                exchange,
                numbers.seconds("--warmup", warmup, 0, BenchNumbers.WARMUP_MAX_SECONDS),
                numbers.seconds("--duration", duration, 1, BenchNumbers.DURATION_MAX_SECONDS),
                target.threads);
        return (server, progress) -> {
            List<Login> logins = plan.exchange() == Exchange.MQTT
                    ? server.logins(concurrency)
                    : Collections.nCopies(concurrency, new Login("", null, null, ""));
            return new HandshakeBench(server.target(), plan, progress).run(logins);
        };
    }
}
