package dev.holdfast.wire.http;

import dev.holdfast.wire.Connection;

/** A request that no face saw, for whoever keeps reports. Handed over on the connection's event loop, so its consumer is quick. */
public record RefusedRequest(Connection connection, RequestFault fault) {}
