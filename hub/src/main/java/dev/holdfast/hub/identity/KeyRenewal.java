package dev.holdfast.hub.identity;

/** Which keys of a pair are to be made anew; a token signed with an old one is refused from then on. */
public enum KeyRenewal {
    PRIMARY,
    SECONDARY,
    BOTH,
    /** None is new: the two change places. */
    SWAP
}
