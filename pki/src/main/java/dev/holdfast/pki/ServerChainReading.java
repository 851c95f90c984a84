package dev.holdfast.pki;

import java.util.List;

/** What became of the chain and the key that an operator wants to be shown. */
public sealed interface ServerChainReading {
    /**
     * @param slot which of the two it replaces
     * @param notCovered host names of this installation for which the certificate is not good, a wildcard for any one label
     */
    record Read(ServerSlot slot, ServerChain chain, List<String> notCovered) implements ServerChainReading {
        public Read {
            notCovered = List.copyOf(notCovered);
        }
    }

    record Refused(ServerChainFault why) implements ServerChainReading {}
}
