package dev.holdfast.hub;

import dev.holdfast.base.HubName;
import java.util.List;
import java.util.Optional;

/** The hubs that are open now. Any thread; quick, no I/O; what it returns may be deleted a moment later. */
public interface HubDirectory {
    /** The hub that a host name (any case, without port) leads to. */
    Optional<Hub> byHostName(String hostName);

    Optional<Hub> byName(HubName name);

    /** In the order of their names. */
    List<Hub> all();
}
