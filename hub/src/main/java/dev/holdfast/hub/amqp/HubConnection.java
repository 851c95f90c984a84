package dev.holdfast.hub.amqp;

import dev.holdfast.base.Commands;
import dev.holdfast.base.HubName;
import dev.holdfast.hub.Hub;
import dev.holdfast.hub.HubDirectory;
import dev.holdfast.hub.TlsAdmission;
import dev.holdfast.hub.identity.AuthenticationRefusal.TlsNotAccepted;
import dev.holdfast.tls.peer.Admissions;
import dev.holdfast.tls.peer.Handshake;
import dev.holdfast.tls.report.Report;
import dev.holdfast.wire.Connection;
import dev.holdfast.wire.amqp.AmqpConnection;
import dev.holdfast.wire.amqp.AmqpError;
import java.time.InstantSource;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** A connection to the hubs of this installation, as all parts see it: which hub is meant, and how a refusal is told. Any thread. */
public final class HubConnection implements Refusing {
    private final HubDirectory hubs;
    private final TlsAdmission admission;
    private final InstantSource clock;
    private final Consumer<Report> reports;
    private final AmqpConnection amqp;
    private final Runnable refused;
    private @Nullable AnswerNode cbs;

    /** @param refused called after each refusal */
    HubConnection(
            HubDirectory hubs,
            TlsAdmission admission,
            InstantSource clock,
            Consumer<Report> reports,
            AmqpConnection amqp,
            Runnable refused) {
        this.hubs = hubs;
        this.admission = admission;
        this.clock = clock;
        this.reports = reports;
        this.amqp = amqp;
        this.refused = refused;
    }

    /** Says by what the connection is shown tokens. */
    void takesTokensAt(AnswerNode node) {
        cbs = node;
    }

    /** Ends the links on which tokens come; false when there is none. On the event loop. */
    public boolean detachCbsRequests(Supplier<AmqpError> error) {
        return cbs != null && cbs.detachRequests(error);
    }

    /** As {@link #detachCbsRequests}, those of the answers to tokens. */
    public boolean detachCbsAnswers(Supplier<AmqpError> error) {
        return cbs != null && cbs.detachAnswers(error);
    }

    public AmqpConnection amqp() {
        return amqp;
    }

    public Connection socket() {
        return amqp.peer().connection();
    }

    /** The hub whose host was asked for; null when none was, or none of this installation. */
    public @Nullable Hub hub() {
        String hostName = hostName();
        return hostName == null ? null : hubs.byHostName(hostName).orElse(null);
    }

    /** The host that was asked for: clients that leave it out of {@code open} still name it in the TLS handshake. */
    public @Nullable String hostName() {
        String opened = amqp.peer().hostName();
        return opened == null ? Handshake.of(socket()).serverName() : opened;
    }

    /** Why the handshake is not good enough for a hub; null when it is. */
    public @Nullable TlsNotAccepted tlsFaultFor(Hub hub) {
        return admission.refusalOf(Handshake.of(socket()), Admissions.of(socket()), hub);
    }

    @Override
    public AmqpError errorOf(@Nullable HubName hub, @Nullable String device, Refusal refusal) {
        Commands commands = new Commands(hub);
        Report report = Report.of(
                socket(),
                clock.instant(),
                hub == null ? null : hub.value(),
                device,
                refusal.reason(),
                refusal.explain(commands),
                refusal.details());
        reports.accept(report);
        refused.run();
        return new AmqpError(
                refusal.condition(),
                refusal.told(commands) + " (report " + report.id() + ")",
                Map.of(AmqpError.TRACKING_ID, report.id()));
    }
}
