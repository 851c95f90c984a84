package dev.holdfast.cli;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;

/** A file that a user names, to be sent to the server. */
final class GivenFile {
    private GivenFile() {}

    /**
     * All of it.
     *
     * @param what is expected in it, for sentences: {@code the policy}
     * @param maxBytes more than that it can't be
     */
    static byte[] read(Path file, String what, int maxBytes) throws CommandFailure {
        byte[] content;
        try (InputStream in = Files.newInputStream(file)) {
            content = in.readNBytes(maxBytes + 1);
        } catch (IOException e) {
            throw new CommandFailure(what + " in " + file + " can't be read (" + Trouble.of(e) + ").", e);
        }
        if (content.length > maxBytes) {
            throw new CommandFailure(file + " is too large: " + what + " has at most " + maxBytes + " bytes.");
        }
        return content;
    }
}
