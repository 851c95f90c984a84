package dev.holdfast.wire.amqp;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.apache.qpid.protonj2.engine.Link;
import org.apache.qpid.protonj2.engine.LinkState;
import org.apache.qpid.protonj2.engine.Session;
import org.apache.qpid.protonj2.types.Symbol;
import org.apache.qpid.protonj2.types.messaging.Source;
import org.apache.qpid.protonj2.types.messaging.Target;
import org.jspecify.annotations.Nullable;

/** What both directions of a link have in common. Only on the connection's event loop. */
public abstract sealed class AmqpLink permits IncomingLink, OutgoingLink {
    private final EngineHost host;
    private final Link<?> link;
    private final AttachRequest request;
    private Runnable closed = () -> {};
    private Runnable failed = () -> {};
    private boolean over;

    AmqpLink(EngineHost host, Link<?> link, AttachRequest request) {
        this.host = host;
        this.link = link;
        this.request = request;
        link.closeHandler(_ -> ended(true));
        link.detachHandler(_ -> ended(false));
        link.parentEndpointClosedHandler(_ -> release());
    }

    public AttachRequest request() {
        return request;
    }

    /** Equal for links of the same session and no others. */
    public Object session() {
        return link.getSession();
    }

    public boolean isOpen() {
        return !over
                && !host.isOver()
                && link.getState() == LinkState.ACTIVE
                && link.getConnection().isLocallyOpen();
    }

    /** Whether the peer waits for this side's answer to its attach. */
    public boolean isWaiting() {
        return !over && !host.isOver() && link.getState() == LinkState.IDLE;
    }

    /** Called once when the link is over, whoever ended it, but not when it was refused. */
    public void whenClosed(Runnable then) {
        closed = then;
    }

    final EngineHost host() {
        return host;
    }

    final void open(Map<String, Object> properties) {
        link.setSource(understood(link.getRemoteSource()));
        Object target = link.getRemoteTarget();
        if (target instanceof Target messages) {
            link.setTarget(messages);
        }
        if (!properties.isEmpty()) {
            Map<Symbol, Object> named = new LinkedHashMap<>();
            properties.forEach((key, value) -> named.put(Symbol.valueOf(key), value));
            link.setProperties(named);
        }
        link.open();
    }

    /** The source as it is in force: filters and capabilities that nobody reads are not. */
    private static @Nullable Source understood(@Nullable Source asked) {
        if (asked == null) {
            return null;
        }
        asked.setCapabilities((Symbol[]) null);
        Map<Symbol, Object> filters = asked.getFilter();
        if (filters != null) {
            Map<Symbol, Object> kept = new LinkedHashMap<>(filters);
            kept.keySet().removeIf(name -> name == null || name.toString().startsWith("?"));
            asked.setFilter(kept.isEmpty() ? null : kept);
        }
        return asked;
    }

    final void failWhenClosed(CompletableFuture<?> ready) {
        failed = () -> {
            AmqpError error = remoteError();
            ready.completeExceptionally(new AmqpException(
                    error == null ? new AmqpError(AmqpError.LINK_DETACH_FORCED, "The link was refused.") : error));
        };
    }

    /** Answers the attach as the specification has it for a link that can't be: attach without terminus, then detach. */
    public void refuse(AmqpError error) {
        if (over || host.isOver() || link.getState() != LinkState.IDLE) {
            return;
        }
        over = true;
        host.forget(this);
        if (link.isSender()) {
            link.setSource((Source) null);
            Object target = link.getRemoteTarget();
            if (target instanceof Target messages) {
                link.setTarget(messages);
            }
        } else {
            link.setSource(link.getRemoteSource());
            link.setTarget((Target) null);
        }
        link.open();
        link.setCondition(error.toCondition());
        link.close();
    }

    /** Ends a link that was accepted. */
    public void detach(AmqpError error) {
        if (!isOpen()) {
            return;
        }
        link.setCondition(error.toCondition());
        link.close();
        release();
    }

    /**
     * Ends the session of a link that was accepted, and with it all links of the session; the link itself may be over already.
     *
     * @param error null for an end in order
     */
    public void endSession(@Nullable AmqpError error) {
        if (hasSession()) {
            if (error != null) {
                link.getSession().setCondition(error.toCondition());
            }
            link.getSession().close();
        }
    }

    /** Whether the session that the link is or was part of is still open. */
    public boolean hasSession() {
        Session session = link.getSession();
        return !host.isOver()
                && link.getConnection().isLocallyOpen()
                && session.isLocallyOpen()
                && !session.isRemotelyClosed();
    }

    /** What the peer said when it ended the link. */
    public @Nullable AmqpError remoteError() {
        return AmqpError.of(link.getRemoteCondition());
    }

    private void ended(boolean close) {
        if (host.isOver()) {
            return;
        }
        if (close) {
            link.close();
        } else {
            link.detach();
        }
        release();
    }

    /** Tells the owner once; also when the session or the connection took the link along. */
    final void release() {
        if (!over) {
            over = true;
            host.forget(this);
            released();
            failed.run();
            host.guarded(closed);
        }
    }

    /** Lets go of what the link holds. */
    abstract void released();
}
