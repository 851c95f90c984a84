package dev.holdfast.hub.event;

import dev.holdfast.base.HubName;
import dev.holdfast.hub.identity.Identity;
import dev.holdfast.hub.identity.Lifecycle;
import dev.holdfast.hub.link.ConnectionChanges;
import dev.holdfast.hub.telemetry.EventSource;
import dev.holdfast.hub.telemetry.HubEvent;
import dev.holdfast.hub.telemetry.Intake;
import dev.holdfast.hub.twin.Twin;
import dev.holdfast.hub.twin.TwinChanges;
import dev.holdfast.hub.twin.TwinNotification;
import dev.holdfast.hub.twin.TwinTime;
import dev.holdfast.hub.twin.Twins;
import dev.holdfast.store.Table;
import java.time.InstantSource;
import java.util.Set;
import java.util.UUID;
import java.util.function.Supplier;

/**
 * Tells readers of one hub's telemetry what happens to its devices, as far as the operator wants it.
 *
 * <p>Changes of twins, and identities that come and go, are written with the transaction that makes them, and brought to the log after
 * it: none that was answered is lost. Connections are told of straight in the log, since nobody was promised anything; a crash loses
 * those of its last moments, and says of nobody that he is gone.
 *
 * <p>Any thread. What concerns connections never blocks.
 */
public final class HubEvents implements Lifecycle, TwinChanges, ConnectionChanges {
    private final HubName hub;
    private final Supplier<Set<EventSource>> wanted;
    private final Intake intake;
    private final InstantSource clock;
    private final Outbox outbox;
    private final ConnectionNumbers numbers;

    /**
     * Brings to the log what an earlier run left.
     *
     * @param wanted what is told of, asked for every time
     */
    public HubEvents(Table table, HubName hub, Supplier<Set<EventSource>> wanted, Intake intake, InstantSource clock) {
        this.hub = hub;
        this.wanted = wanted;
        this.intake = intake;
        this.clock = clock;
        this.outbox = new Outbox(table, hub, intake);
        this.numbers = new ConnectionNumbers(table, hub);
        outbox.resume();
        prepare(wanted.get());
    }

    /** Prepares for what is wanted now; blocks on the disk. Called before {@code wanted} says so to others. */
    public void prepare(Set<EventSource> soon) {
        if (soon.contains(EventSource.CONNECTIONS)) {
            numbers.open();
        }
    }

    private boolean isWanted(EventSource source) {
        return wanted.get().contains(source);
    }

    @Override
    public boolean isLifecycleWanted() {
        return isWanted(EventSource.LIFECYCLE);
    }

    @Override
    public void created(Table.Transaction rows, Identity identity, String generation) {
        lifecycle(rows, identity, generation, "createDeviceIdentity");
    }

    @Override
    public void deleted(Table.Transaction rows, Identity identity, String generation) {
        lifecycle(rows, identity, generation, "deleteDeviceIdentity");
    }

    private void lifecycle(Table.Transaction rows, Identity identity, String generation, String operation) {
        if (isWanted(EventSource.LIFECYCLE)) {
            Twin twin = Twins.read(rows, identity, generation);
            outbox.add(rows, event(EventSource.LIFECYCLE, identity, operation, TwinNotification.whole(twin)));
        }
    }

    @Override
    public boolean areTwinChangesWanted() {
        return isWanted(EventSource.TWIN_CHANGES);
    }

    @Override
    public void changed(Table.Transaction rows, Identity identity, TwinNotification notification) {
        outbox.add(rows, event(EventSource.TWIN_CHANGES, identity, notification.operation(), notification.body()));
    }

    @Override
    public void committed() {
        outbox.committed();
    }

    @Override
    public void connected(Identity identity) {
        connection(identity, "deviceConnected");
    }

    @Override
    public void disconnected(Identity identity) {
        connection(identity, "deviceDisconnected");
    }

    private void connection(Identity identity, String operation) {
        if (isWanted(EventSource.CONNECTIONS)) {
            String body = "{\"sequenceNumber\":\"" + numbers.next() + "\"}";
            // Nobody waits for it, and a log that fails tells of that itself.
            intake.tell(event(EventSource.CONNECTIONS, identity, operation, body), _ -> {});
        }
    }

    private byte[] event(EventSource source, Identity about, String operation, String body) {
        return new HubEvent(
                        source, about, operation, UUID.randomUUID().toString(), TwinTime.print(clock.instant()), body)
                .record(hub);
    }

    /** Tries again what could not be brought to the log. Called now and then, quick. */
    public void look() {
        outbox.retry();
    }

    /** Nothing more is brought to the log; what is left waits for the next start. */
    public void close() {
        outbox.close();
    }
}
