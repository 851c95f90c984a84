package dev.holdfast.wire.amqp;

import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;

/** A pair of links of a client to a node that answers. Only on the event loop. */
final class RequestNode {
    private static final int CREDIT = 16;

    private final String replyTo = UUID.randomUUID().toString();
    private final Map<Object, CompletableFuture<AmqpMessage>> waiting = new HashMap<>();
    private final CompletableFuture<OutgoingLink> link;

    RequestNode(AmqpClient client, String node) {
        link = client.receive(new AmqpClient.ReceiverOptions(node, replyTo, null, Map.of(), CREDIT), this::answered)
                .thenCompose(_ -> client.send(node));
    }

    void request(Map<String, Object> properties, Object body, CompletableFuture<AmqpMessage> answer) {
        String id = UUID.randomUUID().toString();
        waiting.put(id, answer);
        AmqpMessage message = AmqpMessage.ofValue(AmqpMessage.Properties.request(id, replyTo), properties, body);
        var _ = link.whenComplete((sender, failed) -> {
            if (failed != null) {
                waiting.remove(id);
                answer.completeExceptionally(failed);
            } else if (!sender.send(message.encode())) {
                waiting.remove(id);
                answer.completeExceptionally(new AmqpException(
                        new AmqpError(AmqpError.RESOURCE_LIMIT_EXCEEDED, "Too many requests wait for an answer.")));
            }
        });
    }

    private void answered(IncomingLink.Arrived arrived) {
        arrived.accept();
        arrived.grant(1);
        Optional<AmqpMessage> message = AmqpMessage.decode(arrived.encoded());
        if (message.isPresent()) {
            Object id = message.get().properties().correlationId();
            CompletableFuture<AmqpMessage> answer = id == null ? null : waiting.remove(id);
            if (answer != null) {
                answer.complete(message.get());
            }
        }
    }

    void fail(AmqpError error) {
        Map<Object, CompletableFuture<AmqpMessage>> failed = Map.copyOf(waiting);
        waiting.clear();
        failed.values().forEach(answer -> answer.completeExceptionally(new AmqpException(error)));
    }
}
