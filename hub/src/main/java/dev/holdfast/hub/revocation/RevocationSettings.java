package dev.holdfast.hub.revocation;

/**
 * What the operator decided about one authority's revocations.
 *
 * @param lists where its list is fetched; one that was uploaded counts besides
 * @param answers which OCSP responder is asked
 */
public record RevocationSettings(Origin lists, Origin answers, WhenUnknown whenUnknown) {
    /** Nobody is asked, as long as the operator says nothing. */
    public static final RevocationSettings NONE =
            new RevocationSettings(new Origin.Nowhere(), new Origin.Nowhere(), WhenUnknown.ALLOW);

    /** Whether anybody is asked. */
    public boolean hasOrigin() {
        return !(lists instanceof Origin.Nowhere) || asksResponder();
    }

    public boolean asksResponder() {
        return !(answers instanceof Origin.Nowhere);
    }

    /** Whether time alone can change what is known, or what follows from it. */
    boolean dependsOnTime() {
        return whenUnknown == WhenUnknown.REFUSE || asksResponder();
    }
}
