package dev.holdfast.hub.identity;

/** What became of a change of a hub's list of denied certificates. */
public sealed interface DenialChange {
    /** @param entry that is on the list, or was until now */
    record Done(DeniedCertificate entry) implements DenialChange {}

    record Refused(DenialRefusal refusal) implements DenialChange {}
}
