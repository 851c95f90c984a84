package dev.holdfast.wire.amqp;

import dev.holdfast.wire.Connection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A face with a few nodes: {@code echo} sends every request back as it came, {@code numbers} sends messages with a counter as
 * fast as the peer takes them, {@code refused} is refused, {@code broken} is a bug.
 */
final class ScriptedFace implements AmqpFace {
    final List<AmqpPeer> peers = new CopyOnWriteArrayList<>();
    final List<AttachRequest> attached = new CopyOnWriteArrayList<>();
    final AtomicInteger conversationsEnded = new AtomicInteger();
    final AtomicInteger linksClosed = new AtomicInteger();
    /** Messages of {@code numbers} that were given to a link, over all links. */
    final AtomicLong given = new AtomicLong();

    volatile int numbers = 1000;
    volatile int numberBytes = 100;
    volatile String hostName = "127.0.0.1";
    volatile boolean holdPlainVerdict;
    final AtomicReference<Runnable> heldVerdict = new AtomicReference<>();

    @Override
    public boolean claims(AmqpPeer peer) {
        return peer.hostName() == null || peer.hostName().equals(hostName);
    }

    @Override
    public void judgePlain(
            Connection connection,
            @Nullable String host,
            String user,
            String password,
            Consumer<PlainVerdict> verdict) {
        Runnable judge = () -> verdict.accept(
                !user.equals("user")
                        ? new PlainVerdict.NotMine()
                        : password.equals("right")
                                ? new PlainVerdict.Accepted("granted")
                                : new PlainVerdict.Refused("WrongPassword", "The password is wrong.", null));
        if (holdPlainVerdict) {
            heldVerdict.set(judge);
        } else {
            judge.run();
        }
    }

    @Override
    public Set<String> symbols() {
        return Set.of("test:known", AmqpClient.SELECTOR);
    }

    @Override
    public AmqpConversation open(AmqpConnection connection) {
        peers.add(connection.peer());
        return new Conversation();
    }

    private final class Conversation implements AmqpConversation {
        private @Nullable OutgoingLink answers;

        @Override
        public void attached(OutgoingLink link) {
            attached.add(link.request());
            switch (String.valueOf(link.request().source())) {
                case "echo" -> {
                    answers = link;
                    link.accept(Map.of("test:known", "yes"), Set.of(), () -> {});
                }
                case "numbers" -> numbers(link);
                case "broken" -> throw new IllegalStateException("a bug for the test");
                default -> link.refuse(new AmqpError(AmqpError.NOT_FOUND, "no such node"));
            }
            link.whenClosed(linksClosed::incrementAndGet);
        }

        private void numbers(OutgoingLink link) {
            AtomicInteger next = new AtomicInteger();
            Runnable pump = () -> {
                while (link.room() > 0 && next.get() < numbers) {
                    link.send(number(next.getAndIncrement()));
                    given.incrementAndGet();
                }
                if (next.get() == numbers) {
                    link.drained();
                }
            };
            link.accept(Map.of(), Set.of(), pump);
        }

        private byte[] number(int n) {
            return AmqpMessage.ofValue(AmqpMessage.Properties.NONE, Map.of("n", n), new byte[numberBytes])
                    .encode();
        }

        @Override
        public void attached(IncomingLink link) {
            attached.add(link.request());
            if (!"echo".equals(link.request().target())) {
                link.refuse(new AmqpError(AmqpError.NOT_FOUND, "no such node"));
                return;
            }
            link.whenClosed(linksClosed::incrementAndGet);
            link.accept(4, arrived -> {
                AmqpMessage request = AmqpMessage.decode(arrived.encoded()).orElse(null);
                OutgoingLink to = answers;
                if (request == null || to == null) {
                    arrived.reject(new AmqpError(AmqpError.DECODE_ERROR, "not understood"));
                } else {
                    arrived.accept();
                    to.send(new AmqpMessage(
                                    Map.of(),
                                    Map.of(),
                                    AmqpMessage.Properties.answer(
                                            request.properties().messageId()),
                                    request.applicationProperties(),
                                    request.body())
                            .encode());
                }
                link.grant(1);
            });
        }

        @Override
        public void ended() {
            conversationsEnded.incrementAndGet();
        }
    }
}
