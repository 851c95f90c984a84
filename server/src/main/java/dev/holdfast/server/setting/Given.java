package dev.holdfast.server.setting;

/** A value as it was given, not checked yet. */
public record Given(String text, Origin origin) {}
