package dev.holdfast.hub.service.events;

import dev.holdfast.base.Commands;
import dev.holdfast.base.HubName;
import dev.holdfast.base.Limits;
import dev.holdfast.hub.Hub;
import dev.holdfast.hub.HubDirectory;
import dev.holdfast.hub.amqp.AmqpPart;
import dev.holdfast.hub.amqp.ConnectionRefusal;
import dev.holdfast.hub.amqp.HubConnection;
import dev.holdfast.hub.amqp.PlainOffer;
import dev.holdfast.hub.amqp.Refusal;
import dev.holdfast.hub.identity.AuthenticationRefusal;
import dev.holdfast.wire.amqp.AmqpClient;
import dev.holdfast.wire.amqp.PlainVerdict;
import java.time.InstantSource;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The Event Hubs-compatible endpoint of all hubs. Which hub is meant stands in the path of each link, since clients of every hub
 * may connect to {@code localhost}; a connection by itself is allowed nothing.
 */
public final class EventsPart implements AmqpPart {
    private static final String ROOT_USER = "@sas.root.";

    private final EventsSettings settings;

    /** @param threads run what reads files, in production one virtual thread a task */
    public EventsPart(HubDirectory hubs, Limits limits, InstantSource clock, Executor threads) {
        settings = new EventsSettings(
                hubs, limits, clock, threads, new PartitionReaders(limits.amqp().readersMax()), new DeliveryCounters());
    }

    /**
     * What is read from one hub.
     *
     * @param readers links that read now
     * @param messages handed to links since the start; bytes as they are on the wire
     */
    public record Counts(long readers, long messages, long bytes) {}

    public Counts counts(HubName hub) {
        return settings.deliveries().counts(hub, settings.readers().count(hub));
    }

    @Override
    public AmqpPart.Session open(HubConnection connection) {
        return new EventsSession(settings, connection);
    }

    @Override
    public Set<String> symbols() {
        return Set.of(AmqpClient.SELECTOR, ReaderLink.EPOCH, ReaderLink.RECEIVER_NAME, ReaderLink.RUNTIME_METRIC);
    }

    @Override
    public void judgePlain(PlainOffer offer, Consumer<PlainVerdict> verdict) {
        String user = offer.user();
        int root = user.toLowerCase(Locale.ROOT).indexOf(ROOT_USER);
        if (root > 0) {
            verdict.accept(judgeRoot(user.substring(root + ROOT_USER.length()), offer.password()));
        } else if (user.indexOf('@') >= 0 || user.indexOf('/') >= 0) {
            verdict.accept(new PlainVerdict.NotMine());
        } else {
            verdict.accept(judgePolicy(user, offer.password()));
        }
    }

    /** {@code {policy}@sas.root.{hub}} with a token as password. */
    private PlainVerdict judgeRoot(String hubText, String password) {
        Optional<Hub> hub = HubName.parse(hubText).flatMap(settings.hubs()::byName);
        if (hub.isEmpty()) {
            return refused(null, new ConnectionRefusal.UnknownHub(hubText));
        }
        Credential.Token token = new Credential.Token(password);
        Refusal fault = token.fault(settings);
        if (fault == null) {
            fault = token.faultFor(settings, hub.get(), List.of());
        }
        return fault == null
                ? new PlainVerdict.Accepted(token)
                : refused(hub.get().name(), fault);
    }

    /** A policy's name with its key. No hub is named, so each is asked; a key is in one hub only. */
    private PlainVerdict judgePolicy(String policy, String key) {
        @Nullable Refusal closest = null;
        @Nullable HubName meant = null;
        for (Hub hub : settings.hubs().all()) {
            Credential.PolicyKey shown = new Credential.PolicyKey(hub.name(), policy, key);
            Refusal fault = shown.faultFor(settings, hub, List.of());
            if (fault == null) {
                return new PlainVerdict.Accepted(shown);
            }
            boolean known =
                    !(fault instanceof ConnectionRefusal.NotAuthenticated(AuthenticationRefusal.UnknownPolicy _));
            if (known && (closest == null || nearness(fault) > nearness(closest))) {
                closest = fault;
                meant = hub.name();
            }
        }
        return closest == null ? new PlainVerdict.NotMine() : refused(meant, closest);
    }

    /** How much of what was shown is right: the most helpful thing to say is what is wrong in the hub that was meant. */
    private static int nearness(Refusal fault) {
        if (fault instanceof ConnectionRefusal.NotAuthenticated(AuthenticationRefusal.PolicyLacksRight _)) {
            return 2;
        }
        return fault instanceof EventsRefusal.PolicyKeyWrong ? 1 : 0;
    }

    private static PlainVerdict refused(@Nullable HubName hub, Refusal refusal) {
        return new PlainVerdict.Refused(
                refusal.reason(),
                refusal.explain(new Commands(hub)),
                refusal instanceof Record details ? details : null);
    }
}
