package dev.holdfast.pki;

import java.security.cert.X509Certificate;

/** What became of a text that should hold a certificate authority's certificate. */
public sealed interface AuthorityReading {
    record Read(X509Certificate certificate) implements AuthorityReading {}

    record Refused(AuthorityFault why) implements AuthorityReading {}
}
