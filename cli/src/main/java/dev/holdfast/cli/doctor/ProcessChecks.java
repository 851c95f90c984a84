package dev.holdfast.cli.doctor;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The process of the running server, as far as Linux shows it to its owner. */
public final class ProcessChecks {
    private static final Pattern OPEN_FILES = Pattern.compile("(?m)^Max open files +(\\d+|unlimited) ");
    /** The database, telemetry segments, listeners, the event loops and jars of the server itself. */
    private static final long OWN_FILES = 500;

    private final Path process;

    /** @param pid of the server */
    public ProcessChecks(long pid) {
        this(Path.of("/proc", Long.toString(pid)));
    }

    ProcessChecks(Path process) {
        this.process = process;
    }

    /** @param openMax sockets that the server would accept; 0 when it does not say */
    public Finding files(long openMax) {
        if (openMax == 0) {
            return Finding.unknown(
                    "open files", "The server does not say how many sockets it accepts (sockets.openMax).");
        }
        try {
            Matcher found = OPEN_FILES.matcher(Files.readString(process.resolve("limits")));
            if (found.find()) {
                return judge(found.group(1), openMax);
            }
        } catch (IOException _) {
            // Gone, or somebody else's.
        }
        return Finding.unknown("open files", "This system does not say how many files the server may open.");
    }

    private static Finding judge(String limit, long openMax) {
        long wanted = openMax + OWN_FILES;
        if (limit.equals("unlimited") || Long.parseLong(limit) >= wanted) {
            return Finding.ok(
                    "open files", "The server may open " + limit + " files, enough for " + openMax + " sockets.");
        }
        return Finding.warning(
                "open files",
                "The server may open " + limit + " files, and " + openMax
                        + " sockets (sockets.openMax) with its own files"
                        + " need " + wanted + ": start it under 'ulimit -n " + wanted + "' or systemd's LimitNOFILE="
                        + wanted + ", or lower sockets.openMax.");
    }

    /** The settings file that the server was started with; empty when there is none or nobody may know. */
    public Optional<Path> settingsFile() {
        try {
            List<String> words = Arrays.asList(Files.readString(process.resolve("cmdline"), StandardCharsets.UTF_8)
                    .split("\0"));
            Path directory = process.resolve("cwd").toRealPath();
            for (int i = 0; i < words.size(); i++) {
                String word = words.get(i);
                if (word.startsWith("--config=")) {
                    return Optional.of(directory.resolve(word.substring("--config=".length())));
                }
                if (word.equals("--config") && i + 1 < words.size()) {
                    return Optional.of(directory.resolve(words.get(i + 1)));
                }
            }
        } catch (IOException | InvalidPathException _) {
            // Gone, or somebody else's.
        }
        return Optional.empty();
    }
}
