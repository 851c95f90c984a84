package dev.holdfast.hub.identity;

import dev.holdfast.base.DeviceId;
import dev.holdfast.base.HubName;
import dev.holdfast.store.Table;
import java.util.Optional;

/**
 * The devices of one hub, kept in the state store under the hub's scope.
 *
 * <p>Every method may block on the disk.
 */
public final class Registry {
    static final String KIND = "device";

    private final Table table;
    private final HubName hub;

    public Registry(Table table, HubName hub) {
        this.table = table;
        this.hub = hub;
    }

    public Optional<Device> find(DeviceId id) {
        return table.get(hub.value(), KIND, id.value()).map(DeviceRow::read);
    }
}
