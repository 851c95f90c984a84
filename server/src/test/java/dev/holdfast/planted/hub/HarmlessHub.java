package dev.holdfast.planted.hub;

/** Breaks no rule. */
public record HarmlessHub(String name) {}
