package dev.holdfast.hub.throttle;

import dev.holdfast.base.DeviceId;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A fault on purpose: some of an operation are not done as they should.
 *
 * @param device the one that it is about, its modules included; null for all
 * @param probability that an operation is hit, more than 0 and at most 1
 * @param seed of the dice: with the same one the same of the operations that come are hit
 * @param count of operations that are hit at most
 * @param until the rule is gone from then on
 * @param time of a delay; for a throttle the time that is told to wait
 */
public record FaultRule(
        FaultAction action,
        Operation operation,
        @Nullable DeviceId device,
        double probability,
        long seed,
        int count,
        Instant until,
        Duration time) {
    boolean isAbout(Operation asked, @Nullable DeviceId whom) {
        return operation == asked && (device == null || device.equals(whom));
    }
}
