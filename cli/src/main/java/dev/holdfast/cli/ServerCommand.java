package dev.holdfast.cli;

import java.io.PrintWriter;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.ParameterException;

/** A command that asks the server; it has the options by which a server is found, and {@code --help}. */
abstract class ServerCommand implements Callable<Integer> {
    @Mixin
    private final ServerOptions server;

    @Mixin
    private HelpOption help = new HelpOption();

    ServerCommand(Map<String, String> environment) {
        this.server = new ServerOptions(environment);
    }

    @Override
    public final Integer call() throws CommandFailure {
        check();
        try (OperatorClient client = server.connect()) {
            run(client);
        }
        return 0;
    }

    /**
     * Throws {@link #wrongUse} for options that do not go together, and reads files that the command is about; before a server is
     * looked for.
     */
    void check() throws CommandFailure {
        // Most commands have none.
    }

    /** Asks what the command is about and prints the answer; returns when all went well. */
    abstract void run(OperatorClient client) throws CommandFailure;

    final PrintWriter out() {
        return help.out();
    }

    final HelpOption help() {
        return help;
    }

    /** For what a script must not read as the answer. */
    final PrintWriter err() {
        return help.err();
    }

    /** As {@link HelpOption#wrongUse}. */
    final ParameterException wrongUse(String sentence) {
        return help.wrongUse(sentence);
    }
}
