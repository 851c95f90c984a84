package dev.holdfast.cli.doctor;

import java.io.IOException;
import tools.jackson.databind.JsonNode;

/** The operator API of the running server. */
@FunctionalInterface
public interface Operator {
    /** @throws IOException with a sentence that says why there is no answer */
    JsonNode get(String path) throws IOException;
}
