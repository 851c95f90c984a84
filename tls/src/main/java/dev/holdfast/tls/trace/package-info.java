/**
 * One handshake told step by step: what the bytes of both sides say ({@link dev.holdfast.tls.trace.HandshakeTap}), ordered into the
 * nine steps of a TLS handshake ({@link dev.holdfast.tls.trace.NineSteps}), and what a chain of certificates is worth. Bytes in, values
 * out: it opens no socket and makes no engine, so that a client can use it as well as a server.
 */
@NullMarked
package dev.holdfast.tls.trace;

import org.jspecify.annotations.NullMarked;
