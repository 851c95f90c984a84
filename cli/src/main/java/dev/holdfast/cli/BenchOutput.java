package dev.holdfast.cli;

import dev.holdfast.cli.bench.Figures;
import dev.holdfast.cli.bench.Measure;
import dev.holdfast.cli.bench.Result;
import dev.holdfast.cli.bench.ResultJson;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;
import tools.jackson.databind.json.JsonMapper;

/** Where the result of a bench goes. */
final class BenchOutput {
    private static final String STANDARD_OUTPUT = "-";

    @Option(
            names = "--json",
            paramLabel = "FILE",
            arity = "0..1",
            fallbackValue = STANDARD_OUTPUT,
            description = "Writes the result as JSON to this file, besides the table; without FILE prints it instead.")
    private @Nullable String json;

    @Option(names = "--label", paramLabel = "NAME", description = "Names the server in the result.")
    @Nullable
    String label;

    /** Says what is going on, on standard error: it is not the result. */
    void progress(HelpOption help, String what) {
        help.err().println("bench: " + what);
    }

    /** Fails now rather than after an hour of load. */
    void check() throws CommandFailure {
        String file = json;
        if (file == null || file.equals(STANDARD_OUTPUT)) {
            return;
        }
        Path path = Path.of(file);
        boolean isNew = Files.notExists(path);
        try {
            Files.newByteChannel(path, StandardOpenOption.CREATE, StandardOpenOption.WRITE)
                    .close();
            if (isNew) {
                Files.delete(path);
            }
        } catch (IOException e) {
            throw unwritable(file, e);
        }
    }

    private static CommandFailure unwritable(String file, IOException cause) {
        return new CommandFailure("the result can't be written to " + file + " (" + Trouble.of(cause) + ").", cause);
    }

    /**
     * Prints and writes the result.
     *
     * @throws CommandFailure when it can't be written, or the run counts as failed
     */
    void print(HelpOption help, Result result, String name) throws CommandFailure {
        String file = json;
        String text = file == null
                ? ""
                : JsonMapper.shared()
                        .writerWithDefaultPrettyPrinter()
                        .writeValueAsString(ResultJson.write(result, name));
        if (STANDARD_OUTPUT.equals(file)) {
            help.out().println(text);
        } else {
            printTable(help.out(), result, name);
        }
        if (file != null && !file.equals(STANDARD_OUTPUT)) {
            try {
                Files.writeString(Path.of(file), text + "\n", StandardCharsets.UTF_8);
            } catch (IOException e) {
                throw unwritable(file, e);
            }
        }
        String failure = result.failure();
        if (failure != null) {
            throw new CommandFailure(failure);
        }
    }

    private static void printTable(PrintWriter out, Result result, String name) {
        out.println(result.bench() + " of " + name + ": "
                + result.settings().entrySet().stream().map(BenchOutput::text).collect(Collectors.joining(", ")));
        List<List<String>> rows = new ArrayList<>();
        for (Measure measure : result.measures()) {
            rows.add(List.of(measure.label(), (Figures.format(measure.value()) + " " + measure.unit()).strip()));
        }
        Output.printTable(out, List.of("MEASURE", "VALUE"), rows);
        result.notes().forEach(note -> out.println("note: " + note));
    }

    private static String text(Map.Entry<String, String> setting) {
        return setting.getKey() + " " + setting.getValue();
    }
}
