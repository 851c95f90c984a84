package dev.holdfast.server.operator;

/** A request that can't be read; the sentence says what is wrong with it and goes to the client. */
final class BadRequest extends Exception {
    BadRequest(String sentence) {
        super(sentence, null, false, false);
    }

    String sentence() {
        return String.valueOf(getMessage());
    }
}
