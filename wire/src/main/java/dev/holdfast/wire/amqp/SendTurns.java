package dev.holdfast.wire.amqp;

import java.util.ArrayDeque;

/**
 * Lets the links of one connection send in turn, one message each, while the socket takes it. So no link waits for another one
 * to be empty, and what is written and not yet sent is bounded by the channel's water mark plus one message.
 */
final class SendTurns {
    /** After so many messages other connections of the same event loop get their turn. */
    private static final int MESSAGES_PER_RUN = 256;

    private final EngineHost host;
    private final ArrayDeque<OutgoingLink> waiting = new ArrayDeque<>();
    private boolean scheduled;

    SendTurns(EngineHost host) {
        this.host = host;
    }

    /** A link has something that it may send now; a link is in line once. */
    void lineUp(OutgoingLink link) {
        if (link.markWaiting(true)) {
            waiting.add(link);
        }
        resume();
    }

    void resume() {
        if (!scheduled && !waiting.isEmpty() && !host.isOver()) {
            scheduled = true;
            host.executor().execute(this::run);
        }
    }

    void clear() {
        waiting.clear();
    }

    private void run() {
        scheduled = false;
        for (int sent = 0; sent < MESSAGES_PER_RUN && host.channel().isWritable(); sent++) {
            OutgoingLink link = waiting.poll();
            if (link == null || host.isOver()) {
                return;
            }
            link.markWaiting(false);
            host.guarded(link::sendNext);
        }
        if (host.channel().isWritable()) {
            resume();
        }
    }
}
