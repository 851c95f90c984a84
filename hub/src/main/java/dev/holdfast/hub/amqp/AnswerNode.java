package dev.holdfast.hub.amqp;

import dev.holdfast.wire.amqp.AmqpConnection;
import dev.holdfast.wire.amqp.AmqpError;
import dev.holdfast.wire.amqp.AmqpMessage;
import dev.holdfast.wire.amqp.IncomingLink;
import dev.holdfast.wire.amqp.OutgoingLink;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A node that answers requests, on one connection: {@code $cbs} or {@code $management}.
 *
 * <p>The reply-to of a request is no address: clients write a fixed word, the name of their own link or its target there. So the
 * answer goes to a link that receives from this node, first of all one of the same session. Requests are let in as answers go
 * out, so that what waits is bounded by the credit of the request links.
 */
public final class AnswerNode {
    /** Handles one request; the answer comes once, on any thread. */
    @FunctionalInterface
    public interface Handler {
        void handle(AmqpMessage request, Consumer<Answer> answer);
    }

    /** @param body null for an answer that has none */
    public record Answer(
            Map<String, Object> applicationProperties,
            @Nullable Object body) {
        /** Says no, in the way of both nodes. */
        public static Answer refused(AmqpError error) {
            return new Answer(
                    Map.of(
                            "status-code",
                            status(error.condition()),
                            "status-description",
                            error.description(),
                            "error-condition",
                            error.condition()),
                    null);
        }

        /** HTTP's numbers. */
        private static int status(String condition) {
            return switch (condition) {
                case AmqpError.UNAUTHORIZED_ACCESS -> 401;
                case AmqpError.NOT_FOUND, AmqpError.RESOURCE_DELETED -> 404;
                case AmqpError.RESOURCE_LIMIT_EXCEEDED -> 403;
                case AmqpError.INTERNAL_ERROR -> 500;
                case AmqpError.NOT_IMPLEMENTED -> 501;
                default -> 400;
            };
        }
    }

    private final String name;
    private final AmqpConnection connection;
    private final int requestsMax;
    private final Handler handler;
    private final Refusing refused;
    private final List<OutgoingLink> answerLinks = new ArrayList<>();
    private final List<IncomingLink> requestLinks = new ArrayList<>();
    private final Queue<IncomingLink> owed = new ArrayDeque<>();

    public AnswerNode(String name, AmqpConnection connection, int requestsMax, Handler handler, Refusing refused) {
        this.name = name;
        this.connection = connection;
        this.requestsMax = requestsMax;
        this.handler = handler;
        this.refused = refused;
    }

    public void attached(OutgoingLink link) {
        answerLinks.add(link);
        link.whenClosed(() -> answerLinks.remove(link));
        link.accept(Map.of(), Set.of(), this::pay);
    }

    public void attached(IncomingLink link) {
        requestLinks.add(link);
        link.whenClosed(() -> requestLinks.remove(link));
        link.accept(requestsMax, arrived -> requested(link, arrived));
    }

    /** Ends the links of requests, each with an error of its own; false when there is none. */
    boolean detachRequests(Supplier<AmqpError> error) {
        List<IncomingLink> ended = List.copyOf(requestLinks);
        ended.forEach(link -> link.detach(error.get()));
        return !ended.isEmpty();
    }

    /** As {@link #detachRequests}, those of answers. */
    boolean detachAnswers(Supplier<AmqpError> error) {
        List<OutgoingLink> ended = List.copyOf(answerLinks);
        ended.forEach(link -> link.detach(error.get()));
        return !ended.isEmpty();
    }

    private void requested(IncomingLink link, IncomingLink.Arrived arrived) {
        Optional<AmqpMessage> decoded = AmqpMessage.decode(arrived.encoded());
        if (decoded.isEmpty()) {
            Refusal malformed = new ConnectionRefusal.RequestMalformed("it is not an AMQP message");
            arrived.reject(refused.errorOf(null, malformed));
            link.grant(1);
            return;
        }
        AmqpMessage request = decoded.get();
        if (answerLink(link, request.properties().replyTo()) == null) {
            Refusal noLink = new ConnectionRefusal.NoAnswerLink(name);
            arrived.reject(refused.errorOf(null, noLink));
            link.grant(1);
            return;
        }
        arrived.accept();
        handler.handle(request, answer -> connection.execute(() -> answer(link, request, answer)));
    }

    private void answer(IncomingLink from, AmqpMessage request, Answer answer) {
        AmqpMessage message = AmqpMessage.ofValue(
                AmqpMessage.Properties.answer(request.properties().messageId()),
                answer.applicationProperties(),
                answer.body());
        OutgoingLink link = answerLink(from, request.properties().replyTo());
        if (link != null && !link.send(message.encode())) {
            Refusal notTaken = new ConnectionRefusal.NoAnswerLink(name);
            link.detach(refused.errorOf(null, notTaken));
        }
        owed.add(from);
        pay();
    }

    /** Lets in as many requests as answers are out. */
    private void pay() {
        boolean waiting = answerLinks.stream().anyMatch(link -> link.pending() > 0);
        while (!waiting && !owed.isEmpty()) {
            owed.remove().grant(1);
        }
    }

    private @Nullable OutgoingLink answerLink(IncomingLink from, @Nullable String replyTo) {
        OutgoingLink best = null;
        int bestRank = -1;
        for (OutgoingLink link : answerLinks) {
            int rank = link.session().equals(from.session()) ? 2 : 0;
            boolean named = replyTo != null
                    && (replyTo.equals(link.request().target())
                            || replyTo.equals(link.request().name()));
            rank += named ? 1 : 0;
            if (rank >= bestRank) {
                best = link;
                bestRank = rank;
            }
        }
        return best;
    }
}
