package dev.holdfast.cli.bench;

/**
 * One figure of a result.
 *
 * @param name in JSON, with the unit in it
 * @param label for people
 */
public record Measure(String name, String label, double value, String unit) {}
