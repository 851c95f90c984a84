/** The official Java clients against a running server, started by {@code conformance/run}. */
package dev.holdfast.conformance;
