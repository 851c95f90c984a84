package dev.holdfast.cli.doctor;

import dev.holdfast.cli.trace.Roots;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The files of an installation: who may read them, and the roots. Needs no server. */
public final class FileChecks {
    /** Keys of a few worlds, authorities and roots; a directory with more is not ours. */
    private static final int FILES_MAX = 2000;

    private static final int DEPTH_MAX = 6;
    private static final List<String> SECRET_FILES = List.of("operator-token", "ready.json");
    private static final Set<PosixFilePermission> OTHERS = PosixFilePermissions.fromString("---rwxrwx");

    private final Path data;

    public FileChecks(Path data) {
        this.data = data;
    }

    /** @param trustBundle the roots that clients trust */
    public List<Finding> all(Path trustBundle) {
        List<Finding> findings = new ArrayList<>(permissions());
        findings.add(roots(trustBundle));
        return findings;
    }

    /** Of the data directory, the operator token and every key. */
    private List<Finding> permissions() {
        List<Finding> wrong = new ArrayList<>();
        try {
            for (Path path : secrets()) {
                Set<PosixFilePermission> bits = Files.getPosixFilePermissions(path);
                if (bits.stream().anyMatch(OTHERS::contains)) {
                    wrong.add(Finding.failed(
                            "permissions",
                            path + " is open to others (" + PosixFilePermissions.toString(bits) + "): run 'chmod "
                                    + (Files.isDirectory(path) ? "700 " : "600 ") + path
                                    + "', and think of the secrets in it as known to them."));
                }
            }
        } catch (UnsupportedOperationException _) {
            return List.of(Finding.unknown("permissions", "The file system of " + data + " has no permission bits."));
        } catch (IOException | UncheckedIOException _) {
            return List.of(Finding.failed(
                    "permissions",
                    "Some of " + data
                            + " can't be looked at: run this as the user whose server it is, and see that all of it"
                            + " belongs to that user."));
        }
        return wrong.isEmpty()
                ? List.of(Finding.ok(
                        "permissions", "The data directory, the operator token and the keys are their owner's alone."))
                : wrong;
    }

    private List<Path> secrets() throws IOException {
        List<Path> found = new ArrayList<>(List.of(data));
        SECRET_FILES.stream().map(data::resolve).filter(Files::exists).forEach(found::add);
        Path keys = data.resolve("pki");
        if (Files.exists(keys)) {
            try (Stream<Path> below = Files.walk(keys, DEPTH_MAX)) {
                below.limit(FILES_MAX).forEach(found::add);
            }
        }
        return found;
    }

    private static Finding roots(Path trustBundle) {
        try {
            int count = Roots.ofFile(trustBundle).certificates().size();
            return Finding.ok("ca file", trustBundle + " holds " + count + " roots; clients need all of them.");
        } catch (IOException e) {
            return Finding.failed(
                    "ca file",
                    trustBundle
                            + " can't be used: the server writes it at its start, so start it again; clients get it from"
                            + " there.");
        }
    }

    /** @param given by an option or by the server's command line; null for none */
    public static Finding settings(@Nullable Path given, boolean isRunning) {
        if (given == null) {
            return isRunning
                    ? Finding.ok("settings file", "The server was started without a settings file.")
                    : Finding.unknown(
                            "settings file",
                            "No server runs that would name one; name it with --config to have it checked.");
        }
        return Files.isReadable(given) && Files.isRegularFile(given)
                ? Finding.ok(
                        "settings file",
                        given + " can be read; 'holdfast up --config FILE --print-config' shows what holds.")
                : Finding.failed(
                        "settings file",
                        given
                                + " can't be read, and the next start would fail: put it back, or correct its permissions.");
    }
}
