package dev.holdfast.cli;

import java.io.PrintWriter;
import java.util.List;
import java.util.stream.Collectors;

/** Comma-separated values as RFC 4180 has them, for spreadsheets and scripts. */
final class Csv {
    private Csv() {}

    static void print(PrintWriter out, List<String> header, List<List<String>> rows) {
        out.println(String.join(",", header));
        rows.forEach(row -> out.println(row.stream().map(Csv::field).collect(Collectors.joining(","))));
    }

    /** Devices choose some of these texts, and a spreadsheet takes one that begins so for a formula. */
    private static String field(String text) {
        String safe = !text.isEmpty() && "=+-@".indexOf(text.charAt(0)) >= 0 ? "'" + text : text;
        return safe.matches("[^\",\r\n]*") ? safe : '"' + safe.replace("\"", "\"\"") + '"';
    }
}
