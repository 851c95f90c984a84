package dev.holdfast.hub.revocation;

import java.time.Instant;

/**
 * The last attempt to fetch a list, when it failed.
 *
 * @param what happened, in sentences
 */
public record ListFailure(Instant at, String what) {}
