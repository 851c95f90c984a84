/**
 * Certificates as facts: reading and writing PEM, the authorities and certificates that an installation shows as a server, and
 * what a certificate says. No network. Bouncy Castle builds the structures; keys and signatures are the Java runtime's, so that
 * no security provider is ever registered.
 */
@NullMarked
package dev.holdfast.pki;

import org.jspecify.annotations.NullMarked;
