package dev.holdfast.cli;

import java.util.Map;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

@Command(
        name = "tls",
        description = "Handshakes step by step.",
        footer = {"", "Example:", "  holdfast tls trace hub1.example.com:8883"})
final class TlsCommand implements Runnable {
    @Mixin
    private HelpOption help = new HelpOption();

    static CommandLine line(Map<String, String> environment) {
        return new CommandLine(new TlsCommand()).addSubcommand(new TlsTraceCommand(environment));
    }

    @Override
    public void run() {
        throw help.wrongUse("Say what to do with TLS.");
    }
}
