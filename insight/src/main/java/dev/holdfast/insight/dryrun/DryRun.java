package dev.holdfast.insight.dryrun;

import dev.holdfast.insight.fleet.Fleet;
import dev.holdfast.insight.fleet.FleetDevice;
import dev.holdfast.insight.fleet.FleetQuery;
import dev.holdfast.insight.fleet.KnownShape;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * Which devices a change of policies would lose, from what they offered when they were last let in.
 *
 * @param devices how many were judged
 * @param failing those that would be refused, in the order of hubs and ids
 * @param notKnown those whose hello is not kept
 */
public record DryRun(int devices, List<Failing> failing, List<FleetDevice> notKnown) {
    /** @param failsNow whether it would be refused without the change as well, so that nothing is lost by it */
    public record Failing(FleetDevice device, Loss loss, boolean failsNow) {}

    public DryRun {
        failing = List.copyOf(failing);
        notKnown = List.copyOf(notKnown);
    }

    /**
     * Judges every device of the fleet, since one hub's policy may decide about another hub's devices.
     *
     * @param before the policies as they are
     * @param after as they would be
     * @param counts whether a device is of interest; asked only of those that would be refused or are not known
     */
    public static DryRun of(
            Fleet fleet, PolicyPath before, PolicyPath after, Instant now, Predicate<FleetDevice> counts) {
        Prophet today = new Prophet(before, now);
        Prophet then = new Prophet(after, now);
        List<Failing> failing = new ArrayList<>();
        List<FleetDevice> notKnown = new ArrayList<>();
        int[] devices = {0};
        fleet.all(FleetQuery.of(null)).forEach(device -> {
            Optional<KnownShape> shape = fleet.shapeOf(device);
            devices[0]++;
            switch (then.of(device, shape)) {
                case Prediction.Passes() -> {}
                case Prediction.Fails(var loss) -> {
                    if (counts.test(device)) {
                        boolean failsNow = today.of(device, shape) instanceof Prediction.Fails;
                        failing.add(new Failing(device, loss, failsNow));
                    }
                }
                case Prediction.NotKnown() -> {
                    if (counts.test(device)) {
                        notKnown.add(device);
                    }
                }
            }
        });
        return new DryRun(devices[0], failing, notKnown);
    }

    /** Those that the change alone would lose. */
    public List<Failing> lost() {
        return failing.stream().filter(each -> !each.failsNow).toList();
    }
}
