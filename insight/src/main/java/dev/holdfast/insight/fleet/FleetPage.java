package dev.holdfast.insight.fleet;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Some devices, in the order of hubs and ids.
 *
 * @param next what to ask for the next page with; null when there is none
 */
public record FleetPage(List<FleetDevice> devices, @Nullable String next) {
    public FleetPage {
        devices = List.copyOf(devices);
    }
}
