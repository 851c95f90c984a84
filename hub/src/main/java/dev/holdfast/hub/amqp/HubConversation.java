package dev.holdfast.hub.amqp;

import dev.holdfast.base.Limits;
import dev.holdfast.hub.amqp.HubAmqpFace.Shared;
import dev.holdfast.wire.amqp.AmqpConnection;
import dev.holdfast.wire.amqp.AmqpConversation;
import dev.holdfast.wire.amqp.AmqpError;
import dev.holdfast.wire.amqp.AmqpLink;
import dev.holdfast.wire.amqp.IncomingLink;
import dev.holdfast.wire.amqp.OutgoingLink;
import io.netty.util.concurrent.Future;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * One connection: leads each link to {@code $cbs} or to the part that its address belongs to, and bounds what a peer may do that
 * showed nothing yet.
 */
final class HubConversation implements AmqpConversation {
    /** What official clients need before their first token: a pair of links, and a few to spare. */
    private static final int LINKS_UNAUTHORIZED_MAX = 8;

    private static final int REFUSALS_UNAUTHORIZED_MAX = 20;

    private final Limits.Amqp limits;
    private final AmqpConnection connection;
    private final HubConnection hubConnection;
    private final List<AmqpPart.Session> parts;
    private final AnswerNode cbs;
    private final AtomicInteger refusals = new AtomicInteger();
    private final Future<?> judging;
    private long openMillis;
    private boolean neverTold;
    private int linksUnauthorized;

    HubConversation(Shared shared, AmqpConnection connection) {
        this.limits = shared.limits().amqp();
        this.connection = connection;
        this.hubConnection = new HubConnection(
                shared.hubs(), shared.admission(), shared.clock(), shared.reports(), connection, this::refused);
        this.parts =
                shared.parts().stream().map(part -> part.open(hubConnection)).toList();
        this.cbs = new AnswerNode(
                "$cbs", connection, limits.requestsMax(), new Cbs(parts, connection, hubConnection), hubConnection);
        hubConnection.takesTokensAt(cbs);
        long every = limits.judgeAgainEvery().toMillis();
        this.judging = connection
                .executor()
                .scheduleAtFixedRate(
                        () -> connection.execute(() -> judgeAgain(every)), every, every, TimeUnit.MILLISECONDS);
    }

    @Override
    public void attached(OutgoingLink link) {
        LinkAddress source = LinkAddress.parse(link.request().source());
        if (isOneTooMany(link)) {
            return;
        }
        if (isCbs(source)) {
            cbs.attached(link);
        } else if (parts.stream().noneMatch(part -> part.attached(link, source))) {
            link.refuse(hubConnection.errorOf(null, new ConnectionRefusal.UnknownAddress(source.text())));
        }
    }

    @Override
    public void attached(IncomingLink link) {
        LinkAddress target = LinkAddress.parse(link.request().target());
        if (isOneTooMany(link)) {
            return;
        }
        if (isCbs(target)) {
            cbs.attached(link);
        } else if (parts.stream().noneMatch(part -> part.attached(link, target))) {
            link.refuse(hubConnection.errorOf(null, new ConnectionRefusal.SendingNotAllowed(target.text())));
        }
    }

    private static boolean isCbs(LinkAddress address) {
        return address.path().size() == 1 && address.has(0, "$cbs");
    }

    private boolean isAuthorized() {
        return parts.stream().anyMatch(AmqpPart.Session::isAuthorized);
    }

    private boolean isOneTooMany(AmqpLink link) {
        if (isAuthorized() || ++linksUnauthorized <= LINKS_UNAUTHORIZED_MAX) {
            return false;
        }
        AmqpError error =
                hubConnection.errorOf(null, new ConnectionRefusal.TooManyLinksUnauthorized(LINKS_UNAUTHORIZED_MAX));
        link.refuse(error);
        connection.close(error);
        return true;
    }

    /** Any thread. Who showed nothing good yet may be refused a few times only. */
    private void refused() {
        if (refusals.incrementAndGet() == REFUSALS_UNAUTHORIZED_MAX) {
            connection.execute(this::refusedOften);
        }
    }

    private void refusedOften() {
        if (isAuthorized()) {
            refusals.set(0);
        } else {
            connection.close(
                    hubConnection.errorOf(null, new ConnectionRefusal.TooManyRefusals(REFUSALS_UNAUTHORIZED_MAX)));
        }
    }

    private void judgeAgain(long everyMillis) {
        openMillis += everyMillis;
        if (!isAuthorized() && openMillis > limits.authorizeMaxTime().toMillis()) {
            // Closing takes a moment, and this is told once.
            if (!neverTold) {
                neverTold = true;
                connection.close(
                        hubConnection.errorOf(null, new ConnectionRefusal.NeverAuthorized(limits.authorizeMaxTime())));
            }
            return;
        }
        parts.forEach(AmqpPart.Session::judgeAgain);
    }

    @Override
    public void ended() {
        judging.cancel(false);
        parts.forEach(AmqpPart.Session::ended);
    }
}
