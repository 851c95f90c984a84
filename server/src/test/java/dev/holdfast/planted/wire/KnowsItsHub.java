package dev.holdfast.planted.wire;

import dev.holdfast.planted.hub.HarmlessHub;

/** Imports against the arrows. */
public record KnowsItsHub(HarmlessHub hub) {}
