/**
 * The front door: sockets, and the only server-side use of a TLS engine. It leads every connection from its first byte to a
 * finished handshake and a mounted protocol, or to exactly one report.
 */
@NullMarked
package dev.holdfast.tls.listen;

import org.jspecify.annotations.NullMarked;
