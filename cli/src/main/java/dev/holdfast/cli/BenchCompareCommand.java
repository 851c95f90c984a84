package dev.holdfast.cli;

import dev.holdfast.cli.bench.BenchFailure;
import dev.holdfast.cli.bench.Comparison;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
        name = "compare",
        description = "Prints results of several servers and rounds as tables in Markdown: medians and ratios.",
        footer = {
            "",
            "Runs that failed are told below the tables and are not in them.",
            "",
            "Example:",
            "  holdfast bench compare --base mosquitto results/*.json"
        })
final class BenchCompareCommand implements Callable<Integer> {
    @Parameters(paramLabel = "FILE", arity = "1..*", description = "Results, each written by a bench with --json FILE.")
    private List<Path> files = List.of();

    @Option(
            names = "--base",
            paramLabel = "LABEL",
            required = true,
            description = "The label of the server that the others are compared with.")
    private String base = "";

    @Mixin
    private HelpOption help = new HelpOption();

    @Override
    public Integer call() throws CommandFailure {
        try {
            Comparison comparison = Comparison.of(base, files);
            if (!comparison.labels().contains(base)) {
                throw help.wrongUse("No result has the label '" + base + "' of --base; there are: "
                        + String.join(", ", comparison.labels()) + ".");
            }
            comparison.print(help.out()::println);
            return 0;
        } catch (BenchFailure e) {
            throw new CommandFailure(e.sentence() + ".", e);
        }
    }
}
