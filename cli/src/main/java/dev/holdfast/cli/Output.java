package dev.holdfast.cli;

import java.io.PrintWriter;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import picocli.CommandLine.Option;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.ObjectWriter;
import tools.jackson.databind.json.JsonMapper;

/** How a command prints data: text in columns for people, or JSON for programs. */
final class Output {
    private static final ObjectWriter PRETTY = JsonMapper.builder().build().writerWithDefaultPrettyPrinter();

    @Option(names = "--json", description = "Prints JSON.")
    private boolean json;

    boolean isJson() {
        return json;
    }

    void printJson(PrintWriter out, JsonNode data) {
        out.println(PRETTY.writeValueAsString(data));
    }

    /** Things as a JSON array, or as a table with a row for each. */
    void printList(PrintWriter out, JsonNode things, List<String> header, Function<JsonNode, List<String>> row) {
        if (json) {
            printJson(out, things);
        } else {
            printTable(out, header, things.valueStream().map(row).toList());
        }
    }

    /** A device or module as JSON, or a sentence and its connection string where it has one. */
    void printRegistered(PrintWriter out, String sentence, JsonNode registered) {
        if (json) {
            printJson(out, registered);
            return;
        }
        out.println(sentence);
        String connectionString = registered.path("connectionString").asString("");
        if (!connectionString.isEmpty()) {
            out.println("Connection string: " + connectionString);
        }
    }

    /** {@code 1 device}, {@code 3 devices}. */
    static String count(JsonNode number, String thing) {
        return number.asString() + " " + thing + (number.asInt() == 1 ? "" : "s");
    }

    /** The texts of a list in one line. */
    static String joined(JsonNode texts) {
        return texts.valueStream().map(JsonNode::asString).collect(Collectors.joining(", "));
    }

    /** Rows under a header, each column as wide as its longest text. */
    static void printTable(PrintWriter out, List<String> header, List<List<String>> rows) {
        List<Integer> widths = IntStream.range(0, header.size())
                .mapToObj(column -> Math.max(
                        header.get(column).length(),
                        rows.stream()
                                .mapToInt(row -> row.get(column).length())
                                .max()
                                .orElse(0)))
                .toList();
        printRow(out, header, widths);
        rows.forEach(row -> printRow(out, row, widths));
    }

    private static void printRow(PrintWriter out, List<String> row, List<Integer> widths) {
        StringBuilder line = new StringBuilder();
        for (int column = 0; column < row.size(); column++) {
            String text = row.get(column);
            line.append(text).repeat(' ', widths.get(column) - text.length() + 2);
        }
        out.println(line.toString().stripTrailing());
    }
}
