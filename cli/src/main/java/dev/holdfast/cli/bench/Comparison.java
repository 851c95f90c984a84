package dev.holdfast.cli.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Results of several servers and rounds as Markdown tables: medians, how far they lie apart, and ratios. */
public final class Comparison {
    /** Who reads differs between servers that do the same work, and so is part of the row and not of the load. */
    private static final String READER = "reader";
    /** What may differ so, too. */
    private static final Set<String> OTHERS = Set.of("exchange", "group");

    private static final Map<String, List<Column>> COLUMNS = Map.of(
            "publish",
            List.of(
                    new Column("acknowledgedPerSecond", "acknowledged/s", 1, true),
                    new Column("serverCpuMicrosPerMessage", "server CPU µs/message", 1, true),
                    new Column("acknowledgedP50Micros", "PUBACK p50 ms", 1e-3, false),
                    new Column("acknowledgedP99Micros", "PUBACK p99 ms", 1e-3, false),
                    new Column("deliveredP50Micros", "delivered p50 ms", 1e-3, false),
                    new Column("deliveredP99Micros", "delivered p99 ms", 1e-3, false),
                    new Column("deliveredPercent", "delivered meanwhile %", 1, false),
                    new Column("missing", "lost", 1, false),
                    new Column("serverBusyPercent", "server busy %", 1, false),
                    new Column("clientBusyPercent", "client busy %", 1, false)),
            "handshake",
            List.of(
                    new Column("serverCpuMicrosPerHandshake", "server CPU µs", 1, true),
                    new Column("clientCpuMicrosPerHandshake", "client CPU µs", 1, true),
                    new Column("handshakesPerSecond", "handshakes/s", 1, false),
                    new Column("handshakeP50Micros", "p50 ms", 1e-3, false),
                    new Column("handshakeP99Micros", "p99 ms", 1e-3, false),
                    new Column("bytesPerHandshake", "bytes", 1, true),
                    new Column("resumedPercent", "resumed %", 1, false),
                    new Column("serverBusyPercent", "server busy %", 1, false),
                    new Column("clientBusyPercent", "client busy %", 1, false)),
            "command",
            List.of(
                    new Column("answeredPerSecond", "answered/s", 1, true),
                    new Column("serverCpuMicrosPerCommand", "server CPU µs", 1, true),
                    new Column("answeredP50Micros", "answered p50 ms", 1e-3, false),
                    new Column("answeredP99Micros", "answered p99 ms", 1e-3, false),
                    new Column("deliveredP50Micros", "delivered p50 ms", 1e-3, false),
                    new Column("deliveredP99Micros", "delivered p99 ms", 1e-3, false),
                    new Column("missing", "lost", 1, false),
                    new Column("serverBusyPercent", "server busy %", 1, false),
                    new Column("clientBusyPercent", "client busy %", 1, false)),
            "idle",
            List.of(
                    new Column("residentBytesPerConnection", "bytes per connection", 1, true),
                    new Column("residentBytesBefore", "MB without", 1e-6, false),
                    new Column("residentBytesAfter", "MB with", 1e-6, false)));

    /** @param hasRatio whether a ratio to the base is printed behind it */
    private record Column(String measure, String heading, double scale, boolean hasRatio) {}

    private final String base;
    private final Map<Path, ResultJson.Read> results;

    private Comparison(String base, Map<Path, ResultJson.Read> results) {
        this.base = base;
        this.results = results;
    }

    /** @param base label of the server that the others are compared with */
    public static Comparison of(String base, List<Path> files) throws BenchFailure {
        Map<Path, ResultJson.Read> results = new LinkedHashMap<>();
        for (Path file : files) {
            results.put(file, read(file));
        }
        return new Comparison(base, results);
    }

    /** Values of a setting are compared instead of servers. */
    public static Comparison by(String setting, String base, List<Path> files) throws BenchFailure {
        Comparison servers = of(base, files);
        servers.results.replaceAll((_, read) -> read.by(setting));
        return new Comparison(setting + " " + base, servers.results);
    }

    /** The label that the others are compared with. */
    public String base() {
        return base;
    }

    /** What is compared is called so in the files. */
    public Set<String> labels() {
        return results.values().stream().map(ResultJson.Read::label).collect(Collectors.toCollection(TreeSet::new));
    }

    /** Prints a table for each kind of bench in the files, in the order of the files, and the runs that failed below them. */
    public void print(Consumer<String> out) throws BenchFailure {
        Map<String, List<ResultJson.Read>> byBench = new LinkedHashMap<>();
        List<String> failed = new ArrayList<>();
        results.forEach((file, read) -> {
            if (read.failure() == null) {
                byBench.computeIfAbsent(read.bench(), _ -> new ArrayList<>()).add(read);
            } else {
                failed.add("- " + file + " (" + read.label() + "): " + read.failure());
            }
        });
        if (byBench.isEmpty()) {
            String first = failed.getFirst();
            throw new BenchFailure("every run failed; the first: " + first.substring(2, first.length() - 1));
        }
        byBench.forEach((bench, runs) -> printTable(bench, runs, out));
        if (!failed.isEmpty()) {
            out.accept("Runs that failed are not in the tables:");
            out.accept("");
            failed.forEach(out);
        }
    }

    private static ResultJson.Read read(Path file) throws BenchFailure {
        ResultJson.Read read;
        try {
            read = ResultJson.read(Files.readAllBytes(file));
        } catch (IOException e) {
            throw new BenchFailure("the result " + file + " can't be read (" + e.getMessage() + ")", e);
        }
        if (read == null || !COLUMNS.containsKey(read.bench())) {
            throw new BenchFailure(file + " is not a result of a bench; write one with --json FILE");
        }
        return read;
    }

    private void printTable(String bench, List<ResultJson.Read> results, Consumer<String> out) {
        List<Column> columns = Objects.requireNonNull(COLUMNS.get(bench)).stream()
                .filter(column ->
                        results.stream().anyMatch(read -> read.measures().containsKey(column.measure())))
                .toList();
        // Servers under the same load stand below each other, whatever the order in which they ran.
        Map<Map<String, String>, Map<String, List<ResultJson.Read>>> byLoad = new LinkedHashMap<>();
        Set<String> ofServer = ofServer(results);
        results.forEach(read -> byLoad.computeIfAbsent(load(read, ofServer), _ -> new LinkedHashMap<>())
                .computeIfAbsent(server(read, ofServer), _ -> new ArrayList<>())
                .add(read));
        Set<String> varying = varying(byLoad.keySet());
        out.accept("`" + bench + "`, medians (smallest to largest) of the runs; everywhere: "
                + text(byLoad.keySet().iterator().next(), name -> !varying.contains(name)) + ".");
        out.accept("");
        out.accept(header(columns));
        out.accept("|---|---|---|" + "---|".repeat(header(columns).split("\\|", -1).length - 5));
        byLoad.forEach((load, servers) -> servers.forEach((server, runs) -> {
            StringBuilder line = new StringBuilder(
                    "| " + text(load, varying::contains) + " | " + server + " | " + runs.size() + " |");
            columns.forEach(column -> line.append(cells(column, runs, baseRuns(servers))));
            out.accept(line.toString());
        }));
        out.accept("");
    }

    private String header(List<Column> columns) {
        return "| load | server | runs | "
                + columns.stream()
                        .map(column -> column.heading() + (column.hasRatio() ? " | to " + base : ""))
                        .collect(Collectors.joining(" | "))
                + " |";
    }

    /** The reader, and settings in which servers differ and each is always the same. */
    private static Set<String> ofServer(List<ResultJson.Read> results) {
        Map<String, List<ResultJson.Read>> byLabel =
                results.stream().collect(Collectors.groupingBy(ResultJson.Read::label));
        Set<String> names = new TreeSet<>(OTHERS);
        names.removeIf(name ->
                valuesOf(name, results) == 1 || byLabel.values().stream().anyMatch(runs -> valuesOf(name, runs) > 1));
        names.add(READER);
        return names;
    }

    private static long valuesOf(String name, List<ResultJson.Read> results) {
        return results.stream()
                .map(read -> read.settings().getOrDefault(name, ""))
                .distinct()
                .count();
    }

    private static Map<String, String> load(ResultJson.Read read, Set<String> ofServer) {
        Map<String, String> load = new LinkedHashMap<>(read.settings());
        load.keySet().removeAll(ofServer);
        return load;
    }

    private static String server(ResultJson.Read read, Set<String> ofServer) {
        return read.label()
                + ofServer.stream()
                        .filter(read.settings()::containsKey)
                        .map(name -> ", " + name + " " + read.settings().get(name))
                        .collect(Collectors.joining());
    }

    private List<ResultJson.Read> baseRuns(Map<String, List<ResultJson.Read>> servers) {
        return servers.values().stream()
                .filter(runs -> runs.getFirst().label().equals(base))
                .findFirst()
                .orElse(List.of());
    }

    private static String cells(Column column, List<ResultJson.Read> runs, List<ResultJson.Read> baseRuns) {
        Summary summary = summary(column, runs);
        Summary against = summary(column, baseRuns);
        String value = summary == null ? "-" : text(summary, column.scale());
        String ratio = summary == null || against == null ? "-" : Figures.format(summary.ratioTo(against));
        return column.hasRatio() ? " " + value + " | " + ratio + " |" : " " + value + " |";
    }

    private static @Nullable Summary summary(Column column, List<ResultJson.Read> runs) {
        List<Double> values = runs.stream()
                .map(read -> read.measures().get(column.measure()))
                .filter(Objects::nonNull)
                .toList();
        return values.isEmpty() ? null : Summary.of(values);
    }

    private static String text(Summary summary, double scale) {
        String median = Figures.format(summary.median() * scale);
        return summary.min() == summary.max()
                ? median
                : median + " (" + Figures.format(summary.min() * scale) + "–" + Figures.format(summary.max() * scale)
                        + ")";
    }

    /** Settings that are not the same under all loads. */
    private static Set<String> varying(Set<Map<String, String>> loads) {
        Set<String> names = new LinkedHashSet<>();
        loads.forEach(load -> names.addAll(load.keySet()));
        names.removeIf(
                name -> loads.stream().map(load -> load.get(name)).distinct().count() == 1);
        return names;
    }

    private static String text(Map<String, String> settings, Predicate<String> wanted) {
        return settings.entrySet().stream()
                .filter(setting -> wanted.test(setting.getKey()))
                .map(setting -> setting.getKey() + " " + setting.getValue())
                .collect(Collectors.joining(", "));
    }
}
