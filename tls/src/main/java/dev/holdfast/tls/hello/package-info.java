/**
 * The first message of a client, read before any TLS engine sees it: bounded in bytes, parsed into a value that keeps the order
 * of everything the client sent.
 */
@NullMarked
package dev.holdfast.tls.hello;

import org.jspecify.annotations.NullMarked;
