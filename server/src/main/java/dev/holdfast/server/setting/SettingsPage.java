package dev.holdfast.server.setting;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Writes settings as a file that {@link SettingsFile} reads. */
public final class SettingsPage {
    private SettingsPage() {}

    /** What holds, and of what was set, where. A setting that has no value is a comment. */
    public static String of(Values values) {
        StringBuilder out = new StringBuilder();
        List<String> open = List.of();
        for (Setting<?> setting : values.catalog().all()) {
            List<String> names = List.of(setting.path().split("\\."));
            List<String> sections = names.subList(0, names.size() - 1);
            for (int i = 0; i < sections.size(); i++) {
                if (i >= open.size() || !open.subList(0, i + 1).equals(sections.subList(0, i + 1))) {
                    out.append(indent(i)).append(sections.get(i)).append(":\n");
                }
            }
            open = new ArrayList<>(sections);
            String indent = indent(sections.size());
            String text = text(setting, values);
            Origin origin = values.origin(setting);
            if (text == null) {
                out.append(indent)
                        .append("# ")
                        .append(names.getLast())
                        .append(": ")
                        .append(setting.fallbackText());
            } else {
                out.append(indent).append(names.getLast()).append(": ").append(scalar(text));
                if (origin != null) {
                    out.append("  # ").append(comment(origin.text()));
                }
            }
            out.append('\n');
        }
        return out.toString();
    }

    private static <T> @Nullable String text(Setting<T> setting, Values values) {
        T value = values.find(setting);
        return value == null ? null : setting.kind().write(value);
    }

    private static String indent(int depth) {
        return "  ".repeat(depth);
    }

    /** As it is where every reader takes it for a text or number, else in quotes. */
    private static String scalar(String text) {
        return text.matches("[A-Za-z0-9/.][A-Za-z0-9/._-]*") && !text.equals("null")
                ? text
                : '"' + text.replace("\\", "\\\\").replace("\"", "\\\"") + '"';
    }

    private static String comment(String text) {
        return text.replaceAll("\\p{Cntrl}", "?");
    }
}
