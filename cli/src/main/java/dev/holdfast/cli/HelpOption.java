package dev.holdfast.cli;

import java.io.PrintWriter;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code --help}, which every command has, and the place that the command prints to. */
final class HelpOption {
    @Option(
            names = {"-h", "--help"},
            usageHelp = true,
            description = "Shows this help.")
    @SuppressWarnings("UnusedVariable") // picocli acts on it before the command runs
    private boolean help;

    @Spec(Spec.Target.MIXEE)
    private @Nullable CommandSpec command;

    PrintWriter out() {
        return line().getOut();
    }

    PrintWriter err() {
        return line().getErr();
    }

    /** Wrong use, exit status 2: what is wrong, followed by the command's help. */
    ParameterException wrongUse(String sentence) {
        return new ParameterException(line(), sentence);
    }

    private CommandLine line() {
        CommandSpec known = command;
        if (known == null) {
            throw new IllegalStateException("picocli did not set up this command");
        }
        return known.commandLine();
    }
}
