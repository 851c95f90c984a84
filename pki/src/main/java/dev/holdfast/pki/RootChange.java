package dev.holdfast.pki;

/** What a change of the primary root would mean, before it is made. */
public sealed interface RootChange {
    /**
     * @param from the primary root now, which becomes a former one
     * @param to the root that becomes primary
     * @param shown whether clients are shown the installation's own chain in this place; not while an operator's is there
     */
    record Possible(TrustWorld world, ServerSlot slot, TrustedRoot from, TrustedRoot to, boolean shown)
            implements RootChange {}

    record Refused(RootChangeFault why) implements RootChange {}
}
