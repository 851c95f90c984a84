package dev.holdfast.cli;

import java.time.Duration;

/** Holds the numbers on a bench's command line against their bounds. */
final class BenchNumbers {
    static final int WARMUP_MAX_SECONDS = 600;
    static final int DURATION_MAX_SECONDS = 3600;
    static final int CONNECTIONS_MAX = 20_000;

    private final HelpOption help;

    BenchNumbers(HelpOption help) {
        this.help = help;
    }

    int check(String option, int value, int min, int max) {
        if (value < min || value > max) {
            throw help.wrongUse(option + " must be from " + min + " to " + max + ", not " + value + ".");
        }
        return value;
    }

    Duration seconds(String option, int value, int min, int max) {
        return Duration.ofSeconds(check(option, value, min, max));
    }
}
