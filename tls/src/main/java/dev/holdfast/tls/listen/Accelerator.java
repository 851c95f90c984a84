package dev.holdfast.tls.listen;

import dev.holdfast.tls.policy.GroupPreference;

/**
 * What computes under the runtime's TLS engine: Amazon Corretto Crypto Provider, where its jar is on the class path and its native
 * library loads, or the Java runtime alone. The protocol is the runtime's engine either way, so that what is negotiated and
 * refused does not depend on it.
 */
public sealed interface Accelerator {
    /** @param name and {@code version} as the provider calls itself */
    record InUse(String name, String version) implements Accelerator {}

    /** @param why a clause for the operator */
    record NotInUse(String why) implements Accelerator {}

    /**
     * Puts the provider in front of the runtime's own for all of the process, unless it is there. The handshakes that begin later
     * use it. Takes a fifth of a second, because it loads the native library; any thread.
     */
    static Accelerator use() {
        return AcceleratorLoading.load();
    }

    /** Which key exchange costs less here. */
    default GroupPreference groups() {
        return switch (this) {
            case InUse _ -> GroupPreference.SECP256R1;
            case NotInUse _ -> GroupPreference.X25519;
        };
    }
}
