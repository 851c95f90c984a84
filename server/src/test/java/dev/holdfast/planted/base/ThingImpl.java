package dev.holdfast.planted.base;

/** Is called after an interface. */
public final class ThingImpl {}
