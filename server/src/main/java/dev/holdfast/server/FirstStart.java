package dev.holdfast.server;

import dev.holdfast.base.Commands;
import dev.holdfast.base.DeviceId;
import dev.holdfast.base.HubName;
import dev.holdfast.hub.Hub;
import dev.holdfast.hub.HubChange;
import dev.holdfast.hub.HubRefusal;
import dev.holdfast.hub.Hubs;
import dev.holdfast.hub.NewHub;
import dev.holdfast.hub.identity.DeviceSpec;
import dev.holdfast.hub.identity.RegistryRequest;
import dev.holdfast.hub.identity.RegistryResult;
import dev.holdfast.store.Table;

/**
 * What a new installation begins with: one hub and a device to try it with. Done once; what the operator deletes stays deleted.
 */
final class FirstStart {
    static final HubName HUB = new HubName("hub1");
    static final DeviceId DEMO_DEVICE = new DeviceId("demo-device");

    private static final String SCOPE = "installation";
    private static final String KIND = "first-start";
    private static final String KEY = "done";

    private FirstStart() {}

    /** Every step may be repeated, so that a crash in between is mended by the next start. */
    static void ensure(Table table, Hubs hubs) {
        if (table.get(SCOPE, KIND, KEY).isPresent()) {
            return;
        }
        Hub hub = hubs.byName(HUB).orElseGet(() -> create(hubs));
        // Refused when an interrupted first start made it already.
        RegistryResult _ = hub.registry().apply(new RegistryRequest.Create(DeviceSpec.of(DEMO_DEVICE, null)));
        table.transact(SCOPE, rows -> rows.put(KIND, KEY, new byte[0]));
    }

    private static Hub create(Hubs hubs) {
        return switch (hubs.create(NewHub.named(HUB))) {
            case HubChange.Done(var hub, var _) -> hub;
            case HubChange.Refused(HubRefusal why) -> throw new IllegalStateException(why.explain(Commands.OF_NO_HUB));
        };
    }
}
