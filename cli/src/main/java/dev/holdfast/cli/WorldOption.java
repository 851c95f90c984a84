package dev.holdfast.cli;

import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** In which trust world a command works. */
final class WorldOption {
    /** The one that every installation has. */
    static final String DEFAULT = "default";

    @Option(
            names = "--world",
            paramLabel = "NAME",
            converter = NameConverter.class,
            description = "The trust world; the setting 'domains' makes others than the default one.")
    private @Nullable String world;

    /** Null for none in particular. */
    @Nullable
    String name() {
        return world;
    }

    /** Of a path that has no other parameter. */
    String query() {
        return world == null ? "" : "?world=" + OperatorClient.encode(world);
    }
}
