package dev.holdfast.hub.amqp;

import dev.holdfast.base.Limits;
import dev.holdfast.hub.HubDirectory;
import dev.holdfast.hub.TlsAdmission;
import dev.holdfast.tls.report.Report;
import dev.holdfast.wire.Connection;
import dev.holdfast.wire.amqp.AmqpConnection;
import dev.holdfast.wire.amqp.AmqpConversation;
import dev.holdfast.wire.amqp.AmqpFace;
import dev.holdfast.wire.amqp.AmqpPeer;
import dev.holdfast.wire.amqp.PlainVerdict;
import java.time.InstantSource;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * All hubs, over AMQP: devices, and back ends that read telemetry. A connection by itself is allowed nothing; which hub and what of it is meant stands in the
 * address of each link.
 */
public final class HubAmqpFace implements AmqpFace {
    private final Shared shared;

    /** What all connections share. */
    record Shared(
            HubDirectory hubs,
            TlsAdmission admission,
            Limits limits,
            InstantSource clock,
            Consumer<Report> reports,
            List<AmqpPart> parts) {}

    /**
     * @param parts asked in this order
     * @param reports told about every refusal; quick, on event loops
     */
    public HubAmqpFace(
            HubDirectory hubs, Limits limits, InstantSource clock, Consumer<Report> reports, List<AmqpPart> parts) {
        shared = new Shared(hubs, new TlsAdmission(hubs, clock), limits, clock, reports, List.copyOf(parts));
    }

    @Override
    public boolean claims(AmqpPeer peer) {
        String hostName = peer.hostName();
        return hostName == null || shared.hubs.byHostName(hostName).isPresent();
    }

    @Override
    public AmqpConversation open(AmqpConnection connection) {
        return new HubConversation(shared, connection);
    }

    @Override
    public Set<String> symbols() {
        Set<String> symbols = new HashSet<>();
        shared.parts.forEach(part -> symbols.addAll(part.symbols()));
        return Set.copyOf(symbols);
    }

    @Override
    public void judgePlain(
            Connection connection,
            @Nullable String hostName,
            String user,
            String password,
            Consumer<PlainVerdict> verdict) {
        ask(shared.parts.iterator(), new PlainOffer(connection, user, password), verdict);
    }

    private static void ask(Iterator<AmqpPart> rest, PlainOffer offer, Consumer<PlainVerdict> verdict) {
        if (!rest.hasNext()) {
            verdict.accept(new PlainVerdict.NotMine());
            return;
        }
        rest.next().judgePlain(offer, judged -> {
            if (judged instanceof PlainVerdict.NotMine) {
                ask(rest, offer, verdict);
            } else {
                verdict.accept(judged);
            }
        });
    }
}
