package dev.holdfast.planted.hub;

import java.sql.Connection;

/** Knows a database outside of its home. */
public record AsksDatabase(Connection connection) {}
