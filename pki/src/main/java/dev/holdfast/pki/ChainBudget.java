package dev.holdfast.pki;

/**
 * What one check of a chain may still cost, in units of a signature check with a P-256 key; a slower key takes several, and no step
 * of the search takes none. Used by one thread.
 */
final class ChainBudget {
    private final int max;
    private int spent;
    private boolean exceeded;

    ChainBudget(int max) {
        this.max = max;
    }

    /** Takes out what a step costs; false, now and ever after, when not so much is left, and then the step may not be made. */
    boolean spend(int cost) {
        exceeded |= spent + cost > max;
        if (!exceeded) {
            spent += cost;
        }
        return !exceeded;
    }

    boolean isExceeded() {
        return exceeded;
    }

    int max() {
        return max;
    }

    int spent() {
        return spent;
    }
}
