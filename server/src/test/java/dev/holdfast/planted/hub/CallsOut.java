package dev.holdfast.planted.hub;

import java.net.http.HttpClient;

/** Opens connections outside of their home. */
public record CallsOut(HttpClient client) {}
