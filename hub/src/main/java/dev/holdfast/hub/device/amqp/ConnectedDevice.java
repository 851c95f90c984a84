package dev.holdfast.hub.device.amqp;

import dev.holdfast.hub.Hub;
import dev.holdfast.hub.amqp.HubConnection;
import dev.holdfast.hub.device.amqp.DevicesPart.Shared;
import dev.holdfast.hub.fault.AskedFaults;
import dev.holdfast.hub.fault.Carrier;
import dev.holdfast.hub.fault.FaultKind;
import dev.holdfast.hub.fault.FaultOrder;
import dev.holdfast.hub.fault.FaultRefusal;
import dev.holdfast.hub.fault.WaitingFaults;
import dev.holdfast.hub.identity.CertificateProof;
import dev.holdfast.hub.identity.DeviceAuthentication;
import dev.holdfast.hub.identity.Identity;
import dev.holdfast.hub.identity.Proof;
import dev.holdfast.hub.link.DeviceLink;
import dev.holdfast.hub.link.DeviceLinks;
import dev.holdfast.hub.link.Downlink;
import dev.holdfast.hub.link.LinkEnd;
import dev.holdfast.hub.telemetry.Stamp;
import dev.holdfast.wire.Mailbox;
import dev.holdfast.wire.amqp.AmqpError;
import dev.holdfast.wire.amqp.AmqpLink;
import dev.holdfast.wire.amqp.IncomingLink;
import dev.holdfast.wire.amqp.OutgoingLink;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * A device's or module's place among the hub's links, from the moment its first link on a connection is let in until the last one is
 * over. Any thread, unless said otherwise.
 */
final class ConnectedDevice implements DeviceLink {
    private final Hub hub;
    private final Identity identity;
    private final HubConnection connection;
    private final DeviceLinkSet links;
    private final Expiry expiry;
    private final AskedFaults faults;
    private final AtomicReference<@Nullable LinkEnd> end = new AtomicReference<>();
    private final AtomicBoolean gone = new AtomicBoolean();
    private volatile DeviceLinks.Registration registration = () -> {};
    private volatile Proof proof = CertificateProof.NONE;
    private volatile @Nullable AmqpError told;
    private volatile @Nullable String modelId;
    private volatile @Nullable Stamp stamp;
    private volatile Runnable whenGone = () -> {};
    private int uses;

    ConnectedDevice(
            Shared shared,
            HubConnection connection,
            Mailbox mailbox,
            WaitingFaults waitingFaults,
            Hub hub,
            Identity identity) {
        this.hub = hub;
        this.identity = identity;
        this.connection = connection;
        this.links = new DeviceLinkSet(shared, connection, mailbox, this);
        this.expiry = new Expiry(connection.amqp(), shared.clock(), until -> end(new LinkEnd.TokenExpired(until)));
        this.faults = new AskedFaults(hub.faults(), Carrier.AMQP, identity, waitingFaults);
        this.uses = 1;
    }

    Hub hub() {
        return hub;
    }

    Identity identity() {
        return identity;
    }

    /** Enters it among the hub's links, ending an older connection of the identity. */
    void enter(DeviceAuthentication.Accepted accepted) {
        letInBy(accepted);
        registration = hub.links().register(identity, this, connection.socket().remoteAddress());
        // It may have ended while it was entered, and then found nothing to take out.
        if (gone.get()) {
            registration.close();
            hub.methods().ended(this);
        }
    }

    /** Says by what it is let in now, and until when. */
    void letInBy(DeviceAuthentication.Accepted accepted) {
        proof = accepted.proof();
        stamp = new Stamp(identity, accepted.generation(), accepted.method(), modelId);
        expiry.set(accepted.until());
    }

    /** Says which model the device has; null when this link does not say it. Blocks. */
    void announce(@Nullable String model) {
        Stamp now = stamp;
        if (model != null && !model.equals(modelId) && now != null) {
            modelId = model;
            hub.twins().announce(identity, now.generation(), model);
            stamp = new Stamp(identity, now.generation(), now.method(), model);
        }
    }

    /** What the hub vouches for now. */
    Stamp stamp() {
        Stamp now = stamp;
        if (now == null) {
            throw new IllegalStateException("used before it was let in");
        }
        return now;
    }

    /** @param then called when it is not among the hub's links any more; it may be called twice */
    void whenGone(Runnable then) {
        whenGone = then;
        if (gone.get()) {
            then.run();
        }
    }

    /** Keeps it for one link more; false when it is over, and another one has to be let in. */
    synchronized boolean hold() {
        if (uses == 0 || gone.get() || end.get() != null) {
            return false;
        }
        uses++;
        return true;
    }

    /** A link is over, or was never opened. */
    void release() {
        boolean last;
        synchronized (this) {
            last = --uses == 0;
        }
        if (last) {
            leave();
        }
    }

    /** Opens a link that it is held for. On the event loop. */
    void open(OutgoingLink link, DeviceAddress address) {
        if (!isRefused(link)) {
            links.open(link, address);
        }
    }

    /** As {@link #open(OutgoingLink, DeviceAddress)}, for what the device sends. */
    void open(IncomingLink link, DeviceAddress address) {
        if (!isRefused(link)) {
            links.open(link, address);
        }
    }

    /** Refuses a link that came too late, with what the device was told when it was ended. */
    private boolean isRefused(AmqpLink link) {
        AmqpError error = told;
        if (error != null) {
            link.refuse(error);
            release();
        }
        return error != null;
    }

    @Override
    public String protocol() {
        return connection.socket().listener();
    }

    @Override
    public Proof proof() {
        return proof;
    }

    @Override
    public boolean listensFor(Downlink.Channel channel) {
        return links.listensFor(channel);
    }

    @Override
    public void send(Downlink downlink) {
        connection.amqp().execute(() -> links.send(downlink));
    }

    @Override
    public void end(LinkEnd why) {
        if (!end.compareAndSet(null, why)) {
            return;
        }
        AmqpError error = connection.errorOf(
                hub.name(),
                identity.toString(),
                new EndedLink(why, identity.device().value()));
        told = error;
        connection.amqp().execute(() -> {
            switch (why) {
                case LinkEnd.ServerStopping _ -> connection.amqp().close(error);
                case LinkEnd.FaultInjected(var kind, var _) -> breakConnection(kind, error);
                default -> links.detach(error);
            }
            leave();
        });
    }

    /** As the device itself asked. */
    private void breakConnection(FaultKind kind, AmqpError error) {
        if (kind == FaultKind.KILL_TCP) {
            connection.socket().cut();
        } else if (kind == FaultKind.SHUT_DOWN_AMQP) {
            links.endSessions();
            connection.amqp().close(null);
        } else {
            connection.amqp().close(error);
        }
    }

    /** Has a fault carried out that the device asked for; null when it will be. On the event loop. */
    @Nullable
    FaultRefusal ask(FaultOrder order, IncomingLink on) {
        return faults.ask(stamp().generation(), order, new FaultBreaker(connection, this, links, on));
    }

    /** Whether the hub ended it. */
    boolean isEnded() {
        return end.get() != null;
    }

    /** Takes it from the hub's links; a second call does nothing. */
    void leave() {
        if (gone.compareAndSet(false, true)) {
            expiry.cancel();
            faults.leave();
            registration.close();
            hub.methods().ended(this);
            whenGone.run();
        }
    }
}
