package dev.holdfast.cli;

import java.util.Map;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

@Command(
        name = "bench",
        description = "Puts a server under load, this one or any other that speaks MQTT over TLS, and measures what it"
                + " costs.",
        footer = {
            "",
            "Example, with a server started by 'holdfast up' in another terminal:",
            "  holdfast bench publish --connections 100 --window 16 --reader amqp"
        })
final class BenchCommand implements Runnable {
    @Mixin
    private HelpOption help = new HelpOption();

    static CommandLine line(Map<String, String> environment) {
        return new CommandLine(new BenchCommand())
                .addSubcommand(new BenchPublishCommand(environment))
                .addSubcommand(new BenchCommandCommand(environment))
                .addSubcommand(new BenchHandshakeCommand(environment))
                .addSubcommand(new BenchIdleCommand(environment))
                .addSubcommand(new BenchCompareCommand());
    }

    @Override
    public void run() {
        throw help.wrongUse("Say which bench.");
    }
}
