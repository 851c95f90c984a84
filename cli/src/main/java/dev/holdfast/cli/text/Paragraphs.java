package dev.holdfast.cli.text;

import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;

/** Prints texts in lines of a bounded width, indented. */
public final class Paragraphs {
    private static final int WIDTH = 110;

    private final PrintWriter out;

    public Paragraphs(PrintWriter out) {
        this.out = out;
    }

    /** A text that begins at a column, its further lines below its first one. */
    public void print(int indent, String text) {
        print(indent, "", 0, text);
    }

    /** A label, and beside it a text in a column of its own. */
    public void print(int indent, String label, int labelWidth, String text) {
        String first = " ".repeat(indent) + padded(label, labelWidth);
        String further = " ".repeat(first.length());
        String start = first;
        for (String line : lines(Printable.of(text), WIDTH - first.length())) {
            out.println((start + line).stripTrailing());
            start = further;
        }
    }

    private static String padded(String label, int width) {
        return label + " ".repeat(Math.max(0, width - label.length()));
    }

    private static List<String> lines(String text, int width) {
        List<String> lines = new ArrayList<>();
        StringBuilder line = new StringBuilder();
        for (String word : text.split(" ", -1)) {
            if (!line.isEmpty() && line.length() + 1 + word.length() > width) {
                lines.add(line.toString());
                line.setLength(0);
            }
            line.append(line.isEmpty() ? "" : " ").append(word);
        }
        lines.add(line.toString());
        return lines;
    }
}
