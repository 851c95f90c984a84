package dev.holdfast.server;

import dev.holdfast.server.operator.OperatorToken;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;

/** Where an installation keeps its operator token. */
final class OperatorTokenFile {
    private OperatorTokenFile() {}

    /** Reads the token, making one when there is none. */
    static OperatorToken readOrMake(Path file, SecureRandom random) throws StartFailure {
        try {
            if (Files.exists(file)) {
                return new OperatorToken(Files.readString(file).strip());
            }
            OperatorToken token = OperatorToken.random(random);
            PrivateFile.write(file, token.value() + "\n");
            return token;
        } catch (IOException | IllegalArgumentException e) {
            throw new StartFailure(
                    "The operator token in " + file + " can't be read or written; delete the file to get a new token.",
                    e);
        }
    }
}
