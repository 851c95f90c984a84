package dev.holdfast.hub.service.message;

import dev.holdfast.base.Limits;
import dev.holdfast.hub.Hub;
import dev.holdfast.hub.HubDirectory;
import dev.holdfast.hub.amqp.HubConnection;
import dev.holdfast.hub.amqp.Refusal;
import dev.holdfast.wire.amqp.AmqpError;
import java.util.concurrent.Executor;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A back end on one connection, and the hub it speaks with.
 *
 * @param threads run what writes to the disk, in production one virtual thread a task
 * @param judge why what was shown on the connection does not allow it now; null when it does. On the event loop.
 */
public record BackEnd(
        HubDirectory hubs,
        Hub hub,
        HubConnection connection,
        Limits limits,
        Executor threads,
        Supplier<@Nullable Refusal> judge) {

    /** Why a link of it may not be, or not go on; null when it may. On the event loop. */
    @Nullable
    Refusal fault() {
        boolean current = hubs.byName(hub.name())
                .filter(now -> now.log().equals(hub.log()))
                .isPresent();
        return current ? judge.get() : new ServiceLinkRefusal.HubOfLinkDeleted();
    }

    /** Whether a host name leads to this hub. */
    boolean isOwnHost(String host) {
        return hubs.byHostName(host)
                .filter(named -> named.name().equals(hub.name()))
                .isPresent();
    }

    AmqpError errorOf(Refusal refusal) {
        return connection.errorOf(hub.name(), refusal);
    }
}
