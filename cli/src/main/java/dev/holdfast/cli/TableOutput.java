package dev.holdfast.cli;

import java.io.PrintWriter;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;
import picocli.CommandLine.Option;
import tools.jackson.databind.JsonNode;

/** How a command prints rows: in columns for people, as JSON, or as comma-separated values. */
final class TableOutput {
    @Option(names = "--json", description = "Prints JSON.")
    private boolean json;

    @Option(names = "--csv", description = "Prints comma-separated values with a header.")
    private boolean csv;

    boolean isJson() {
        return json;
    }

    boolean isCsv() {
        return csv;
    }

    /** Whether both were asked for. */
    boolean isWrong() {
        return json && csv;
    }

    /** @param row the same columns for people and programs */
    void print(PrintWriter out, List<JsonNode> things, List<String> header, Function<JsonNode, List<String>> row) {
        if (csv) {
            Csv.print(out, header, things.stream().map(row).toList());
        } else {
            Output.printTable(
                    out,
                    header.stream().map(TableOutput::title).toList(),
                    things.stream().map(row).toList());
        }
    }

    /** {@code lastSeen} as {@code LAST SEEN}. */
    private static String title(String name) {
        return name.replaceAll("([A-Z])", " $1").toUpperCase(Locale.ROOT);
    }
}
