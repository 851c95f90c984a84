package dev.holdfast.server.setting;

/** Where a value was given. */
public sealed interface Origin {
    /** @param line and {@code column}, from 1, of the key */
    record InFile(String file, int line, int column) implements Origin {}

    record Variable(String name) implements Origin {}

    record Option(String name) implements Origin {}

    /** As the beginning of a sentence about it. */
    default String text() {
        return switch (this) {
            case InFile(var file, var line, var column) -> file + ", line " + line + ", column " + column;
            case Variable(var name) -> "the environment variable " + name;
            case Option(var name) -> name;
        };
    }
}
