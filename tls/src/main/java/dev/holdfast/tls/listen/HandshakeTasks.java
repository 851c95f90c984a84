package dev.holdfast.tls.listen;

import io.netty.channel.Channel;
import io.netty.channel.ChannelConfig;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.EventLoop;
import java.util.concurrent.Executor;

/**
 * Runs the long tasks of one engine on other threads, and doesn't read its socket meanwhile. Else the end of the socket could
 * overtake a task: a client that finishes its handshake and leaves at once, as monitors of certificates do, has shaken hands and
 * is no failure.
 *
 * <p>Stands between socket and engine, and is used on the event loop only.
 */
final class HandshakeTasks extends ChannelDuplexHandler implements Executor {
    private final EventLoop loop;
    private final Executor threads;
    private final ChannelConfig channel;
    private int running;
    private boolean done;

    HandshakeTasks(Channel channel, Executor threads) {
        this.loop = channel.eventLoop();
        this.channel = channel.config();
        this.threads = threads;
    }

    @Override
    public void execute(Runnable task) {
        threads.execute(() -> {
            try {
                task.run();
            } finally {
                // The task has put its own continuation on the loop before; that may begin the next task.
                loop.execute(this::ended);
            }
        });
        running++;
        if (!done) {
            channel.setAutoRead(false);
        }
    }

    private void ended() {
        running--;
        if (running == 0 && !done) {
            channel.setAutoRead(true);
        }
    }

    /** The engine asks for more bytes as long as its handshake isn't done, whatever the settings say. */
    @Override
    public void read(ChannelHandlerContext context) {
        if (running == 0 || done) {
            context.read();
        }
    }

    /** Whether the handshake waits for this server rather than for the client. */
    boolean areRunning() {
        return running > 0;
    }

    /** From now on, when to read is the protocol's to decide. */
    void handshakeDone() {
        done = true;
        channel.setAutoRead(true);
    }
}
