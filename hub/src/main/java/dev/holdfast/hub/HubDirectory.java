package dev.holdfast.hub;

import dev.holdfast.base.HubName;
import java.util.List;
import java.util.Optional;

/**
 * The hubs of this installation, as faces find them. Any thread; never blocks; a hub that was deleted is no longer
 * found.
 */
public interface HubDirectory {
    /** The hub that a host name (any case, without port) leads to; empty when there is none. */
    Optional<Hub> byHostName(String hostName);

    Optional<Hub> byName(HubName name);

    /** In the order of their names. */
    List<Hub> all();
}
