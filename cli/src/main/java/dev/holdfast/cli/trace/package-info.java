/** One TLS handshake as a client, watched on the wire and shown step by step: socket, engine and printing. */
@NullMarked
package dev.holdfast.cli.trace;

import org.jspecify.annotations.NullMarked;
