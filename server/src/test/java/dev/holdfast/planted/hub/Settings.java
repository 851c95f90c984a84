package dev.holdfast.planted.hub;

/** Breaks no rule. */
public record Settings(String name) {}
