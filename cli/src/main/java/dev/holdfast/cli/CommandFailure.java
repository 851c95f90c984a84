package dev.holdfast.cli;

/** Why a command could not do what was asked, in one sentence that says what to change. */
final class CommandFailure extends Exception {
    CommandFailure(String sentence) {
        super(sentence);
    }

    CommandFailure(String sentence, Throwable cause) {
        super(sentence, cause);
    }

    String sentence() {
        return String.valueOf(getMessage());
    }
}
