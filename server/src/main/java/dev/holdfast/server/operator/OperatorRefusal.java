package dev.holdfast.server.operator;

/** Why someone may not use the operator API: the whole list. */
enum OperatorRefusal {
    OPERATOR_TOKEN_MISSING(
            "OperatorTokenMissing",
            "A request to the operator API has no 'Authorization: Bearer …' with the operator token. Send the one"
                    + " in the file operator-token of the data directory."),
    OPERATOR_TOKEN_WRONG(
            "OperatorTokenWrong",
            "A request to the operator API has another token than this server's. Send the one in the file"
                    + " operator-token of the data directory.");

    private final String reason;
    private final String explanation;

    OperatorRefusal(String reason, String explanation) {
        this.reason = reason;
        this.explanation = explanation;
    }

    /** Stable word for logs, metrics and reports. */
    String reason() {
        return reason;
    }

    String explain() {
        return explanation;
    }
}
