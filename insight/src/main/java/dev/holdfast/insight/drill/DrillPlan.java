package dev.holdfast.insight.drill;

import java.time.Duration;

/**
 * What is rehearsed, with whom, and when it is given up.
 *
 * @param world whose chain is rehearsed
 * @param keyType {@code rsa} or {@code ecdsa}
 * @param root SHA-256 of the root that devices are tried with
 * @param refusedMax so many may refuse; with one more everybody is shown the usual chain again
 * @param leftOut {@link Selection#leftOut}
 * @param patience how long a device that was shown the other chain may stay away before it counts as lost
 */
public record DrillPlan(
        String hub,
        String world,
        String keyType,
        String root,
        String rootSubject,
        Cohort cohort,
        int leftOut,
        int refusedMax,
        Duration patience) {
    DrillPlan without(String device) {
        return new DrillPlan(
                hub, world, keyType, root, rootSubject, cohort.without(device), leftOut, refusedMax, patience);
    }
}
