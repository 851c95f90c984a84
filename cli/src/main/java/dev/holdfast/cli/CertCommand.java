package dev.holdfast.cli;

import java.util.Map;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

@Command(
        name = "cert",
        description =
                "Certificates: the authorities whose certificates let devices in, what they revoked, what is denied, those"
                        + " that the server shows, and the roots that clients are to trust.",
        footer = {
            "",
            "Examples:",
            "  holdfast cert authority add plant --file plant-ca.pem",
            "  holdfast cert server show"
        })
final class CertCommand implements Runnable {
    @Mixin
    private HelpOption help = new HelpOption();

    static CommandLine line(Map<String, String> environment) {
        return new CommandLine(new CertCommand())
                .addSubcommand(CertAuthorityCommand.line(environment))
                .addSubcommand(CertRevocationListCommand.line(environment))
                .addSubcommand(CertDenyCommand.line(environment))
                .addSubcommand(CertServerCommand.line(environment))
                .addSubcommand(new CertBundleCommand(environment))
                .addSubcommand(CertDrillCommand.line(environment));
    }

    @Override
    public void run() {
        throw help.wrongUse("Say what to do with certificates.");
    }
}
