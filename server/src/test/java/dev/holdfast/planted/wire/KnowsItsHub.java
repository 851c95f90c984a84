package dev.holdfast.planted.wire;

import dev.holdfast.planted.hub.Settings;

/** Imports against the arrows. */
public record KnowsItsHub(Settings hub) {}
