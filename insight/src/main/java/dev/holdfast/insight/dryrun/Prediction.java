package dev.holdfast.insight.dryrun;

/** What becomes of a device. */
public sealed interface Prediction {
    record Passes() implements Prediction {}

    record Fails(Loss loss) implements Prediction {}

    /** Its hello is not kept. */
    record NotKnown() implements Prediction {}
}
