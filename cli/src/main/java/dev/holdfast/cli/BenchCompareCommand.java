package dev.holdfast.cli;

import dev.holdfast.cli.bench.BenchFailure;
import dev.holdfast.cli.bench.Comparison;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
        name = "compare",
        description =
                "Prints results of several servers, or of several loads, as tables in Markdown: medians and ratios.",
        footer = {
            "",
            "Runs that failed are told below the tables and are not in them.",
            "",
            "Examples:",
            "  holdfast bench compare --base mosquitto results/*.json",
            "  holdfast bench compare --by key --base rsa results/*holdfast.json"
        })
final class BenchCompareCommand implements Callable<Integer> {
    @Parameters(paramLabel = "FILE", arity = "1..*", description = "Results, each written by a bench with --json FILE.")
    private List<Path> files = List.of();

    @Option(
            names = "--base",
            paramLabel = "LABEL",
            required = true,
            description = "The label of the server that the others are compared with; with --by, the value.")
    private String base = "";

    @Option(
            names = "--by",
            paramLabel = "SETTING",
            description = "Compare the values of this setting instead of servers: key, tls, group, handshake, ...")
    private @Nullable String by;

    @Mixin
    private HelpOption help = new HelpOption();

    @Override
    public Integer call() throws CommandFailure {
        try {
            String setting = by;
            Comparison comparison = setting == null ? Comparison.of(base, files) : Comparison.by(setting, base, files);
            if (!comparison.labels().contains(comparison.base())) {
                throw help.wrongUse("No result has the label '" + comparison.base() + "' of --base; there are: "
                        + String.join(", ", comparison.labels()) + ".");
            }
            comparison.print(help.out()::println);
            return 0;
        } catch (BenchFailure e) {
            throw new CommandFailure(e.sentence() + ".", e);
        }
    }
}
