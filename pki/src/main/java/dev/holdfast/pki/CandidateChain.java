package dev.holdfast.pki;

/** A chain that some clients are to be shown on trial. */
public sealed interface CandidateChain {
    record Made(ServerChain chain, TrustedRoot root) implements CandidateChain {}

    record Refused(RootChangeFault why) implements CandidateChain {}
}
