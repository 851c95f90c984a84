package dev.holdfast.hub;

import dev.holdfast.base.HubName;
import dev.holdfast.store.Log;

/** Where the telemetry logs of hubs come from: the storage engine that the installation runs on. Both methods may block. */
public interface HubLogs {
    /** Opens a hub's log, making it when there is none. */
    Log open(HubName hub, int partitions);

    /** Deletes a closed log with everything in it, durably; does nothing when there is none. */
    void delete(HubName hub);
}
