package dev.holdfast.cli;

import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

@Command(
        name = "holdfast",
        description = "A self-hosted IoT hub that unmodified Azure IoT SDKs connect to.",
        synopsisSubcommandLabel = "COMMAND",
        commandListHeading =
                "%nCommands, besides @|bold up|@ (starts the server) and @|bold test|@ (runs all tests):%n",
        footer = {
            "",
            "Exit status: 0 done, 1 refused or failed (one sentence on standard error), 2 wrong use.",
            "",
            "Example, with a server started by 'holdfast up' in another terminal:",
            "  holdfast device create thermometer-7",
            "  holdfast monitor"
        })
final class HoldfastCommand implements Runnable {
    @Mixin
    private HelpOption help = new HelpOption();

    @Override
    public void run() {
        throw help.wrongUse("Say which command.");
    }
}
