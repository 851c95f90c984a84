package dev.holdfast.tls.trace;

import java.util.List;

/**
 * One of the nine steps, as one handshake went.
 *
 * @param note what happens in it under the version that was chosen, in a sentence or two
 * @param seen what belongs to it, in the order of time
 */
public record TracedStep(Step step, State state, String note, List<Seen> seen) {
    /** What became of a step. */
    public enum State {
        DONE("done"),
        /** Nothing of its own: it is contained in others. */
        COMBINED("part of other steps"),
        NOT_NEEDED("not needed"),
        /** The handshake ended here. */
        FAILED("failed"),
        NOT_REACHED("not reached");

        private final String label;

        State(String label) {
            this.label = label;
        }

        @Override
        public String toString() {
            return label;
        }
    }

    public TracedStep {
        seen = List.copyOf(seen);
    }
}
