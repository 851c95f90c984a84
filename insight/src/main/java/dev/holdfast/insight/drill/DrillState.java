package dev.holdfast.insight.drill;

/** How a drill stands. Only while it runs is anyone shown the other chain. */
public enum DrillState {
    RUNNING("running"),
    PAUSED("paused"),
    /** It was given up, by itself or by the operator. */
    WENT_BACK("wentBack"),
    FINISHED("finished");

    private final String word;

    DrillState(String word) {
        this.word = word;
    }

    public String word() {
        return word;
    }

    boolean isOver() {
        return this == WENT_BACK || this == FINISHED;
    }
}
