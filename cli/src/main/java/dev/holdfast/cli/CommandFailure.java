package dev.holdfast.cli;

import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.MissingNode;

/** Why a command could not do what was asked, in one sentence that says what to change. */
final class CommandFailure extends Exception {
    private final transient @Nullable JsonNode answer;

    CommandFailure(String sentence) {
        super(sentence);
        this.answer = null;
    }

    /** @param answer what the server said, whole */
    CommandFailure(String sentence, JsonNode answer) {
        super(sentence);
        this.answer = answer;
    }

    CommandFailure(String sentence, Throwable cause) {
        super(sentence, cause);
        this.answer = null;
    }

    /** Whether the server refused with this code. */
    boolean isCode(String code) {
        return answer().path("error").path("code").asString("").equals(code);
    }

    /** What the server said; nothing where none was asked or none answered. */
    JsonNode answer() {
        return answer == null ? MissingNode.getInstance() : answer;
    }

    String sentence() {
        return String.valueOf(getMessage());
    }
}
