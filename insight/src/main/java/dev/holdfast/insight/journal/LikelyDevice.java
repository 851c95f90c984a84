package dev.holdfast.insight.journal;

/**
 * Which device a connection was probably of that nobody could ask for its name.
 *
 * @param why a clause for people
 */
public record LikelyDevice(String hub, String device, String why) {}
