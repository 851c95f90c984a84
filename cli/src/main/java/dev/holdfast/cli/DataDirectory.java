package dev.holdfast.cli;

import java.nio.file.Path;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Where an installation of this machine keeps everything. */
final class DataDirectory {
    private DataDirectory() {}

    /**
     * Absolute; whether it exists is another question.
     *
     * @param given by an option; null when it was not
     */
    static Path find(@Nullable Path given, Map<String, String> environment) throws CommandFailure {
        if (given != null) {
            return given.toAbsolutePath().normalize();
        }
        String named = environment.getOrDefault("HOLDFAST_DATA", "data");
        if (named.isBlank()) {
            throw new CommandFailure("the environment variable HOLDFAST_DATA is empty; unset it, or name a directory.");
        }
        return Path.of(named).toAbsolutePath().normalize();
    }
}
