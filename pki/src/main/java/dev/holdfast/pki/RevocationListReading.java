package dev.holdfast.pki;

/** What became of bytes that should be a certificate revocation list. */
public sealed interface RevocationListReading {
    record Read(RevocationList list) implements RevocationListReading {}

    record Refused(RevocationListFault why) implements RevocationListReading {}
}
