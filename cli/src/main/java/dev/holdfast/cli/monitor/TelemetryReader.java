package dev.holdfast.cli.monitor;

import dev.holdfast.base.Limits;
import dev.holdfast.wire.amqp.AmqpClient;
import dev.holdfast.wire.amqp.AmqpError;
import dev.holdfast.wire.amqp.AmqpException;
import dev.holdfast.wire.amqp.ClientSasl;
import dev.holdfast.wire.client.ClientTls;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.io.IOException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Reads all partitions of a hub until it is closed. When the connection breaks it connects again, later each time, and goes on
 * after the last message that it gave out.
 *
 * <p>{@link #run} is called once and works on the caller's thread; {@link #close} ends it from another one.
 */
public final class TelemetryReader implements AutoCloseable {
    private static final Duration FIRST_RETRY = Duration.ofSeconds(1);
    private static final Duration LAST_RETRY = Duration.ofSeconds(30);

    /**
     * @param tls null only in tests
     * @param consumerGroup {@code $Default} unless another one was made
     * @param credit messages of one partition that may be under way
     */
    public record Options(
            EventHubConnection connection,
            @Nullable ClientTls tls,
            String consumerGroup,
            TelemetryStart start,
            int credit,
            Limits limits) {}

    private final Options options;
    private final InstantSource clock;
    private final TelemetryListener listener;
    private final MultiThreadIoEventLoopGroup loops = new MultiThreadIoEventLoopGroup(
            1, new DefaultThreadFactory("holdfast-monitor", true), NioIoHandler.newFactory());
    private final Map<Integer, Long> lastSeen = new HashMap<>();
    private final CountDownLatch closed = new CountDownLatch(1);

    public TelemetryReader(Options options, InstantSource clock, TelemetryListener listener) {
        this.options = options;
        this.clock = clock;
        this.listener = listener;
    }

    /**
     * Reads until closed.
     *
     * @throws AmqpException when the hub refuses for good: wrong key, no such hub or consumer group
     */
    public void run() throws AmqpException, InterruptedException {
        Duration retry = FIRST_RETRY;
        try {
            while (closed.getCount() > 0) {
                boolean connected = false;
                String why;
                try {
                    TelemetrySession session = connect();
                    connected = true;
                    why = session.read(closed);
                } catch (AmqpException refused) {
                    if (isFinal(refused.error())) {
                        throw refused;
                    }
                    why = refused.error().toString();
                } catch (IOException broken) {
                    why = String.valueOf(broken.getMessage());
                }
                if (closed.getCount() == 0) {
                    return;
                }
                retry = connected ? FIRST_RETRY : retry;
                listener.interrupted(why, retry);
                if (closed.await(retry.toMillis(), TimeUnit.MILLISECONDS)) {
                    return;
                }
                retry = retry.multipliedBy(2).compareTo(LAST_RETRY) > 0 ? LAST_RETRY : retry.multipliedBy(2);
            }
        } finally {
            var _ = loops.shutdownGracefully(0, 2, TimeUnit.SECONDS);
        }
    }

    private TelemetrySession connect() throws IOException, InterruptedException {
        EventHubConnection to = options.connection();
        AmqpClient client = await(AmqpClient.connect(
                loops,
                new AmqpClient.Options(to.host(), to.port(), options.tls(), ClientSasl.anonymous(), options.limits())));
        TelemetrySession session = new TelemetrySession(client, options, clock, listener, lastSeen);
        try {
            session.begin();
            return session;
        } catch (IOException | RuntimeException failed) {
            client.close();
            throw failed;
        }
    }

    /** What trying again can't change. */
    static boolean isFinal(AmqpError error) {
        return switch (error.condition()) {
            case AmqpError.UNAUTHORIZED_ACCESS, AmqpError.NOT_FOUND, AmqpError.RESOURCE_DELETED -> true;
            default -> false;
        };
    }

    static <T> T await(Future<T> future) throws IOException, InterruptedException {
        try {
            return future.get();
        } catch (ExecutionException failed) {
            Throwable cause = failed.getCause();
            if (cause instanceof AmqpException refused) {
                throw refused;
            }
            throw new IOException(
                    cause == null || cause.getMessage() == null ? String.valueOf(cause) : cause.getMessage(), failed);
        }
    }

    /** Ends {@link #run} soon; any thread. */
    @Override
    public void close() {
        closed.countDown();
    }
}
