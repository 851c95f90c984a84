package dev.holdfast.cli.bench;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/** Opens many MQTT connections, some at a time, and waits until the server let all of them in. */
final class Opening {
    private static final int AT_ONCE = 16;
    private static final long PATIENCE_SECONDS = 60;

    /** What a connection completes when it is in, or exceptionally with the reason when it is not. */
    interface Openable extends MqttEvents {
        CompletableFuture<Void> opened();

        Login login();
    }

    private Opening() {}

    static void open(Clients clients, Target target, LoadTls.Sessions sessions, List<? extends Openable> connections)
            throws BenchFailure, InterruptedException {
        Semaphore permits = new Semaphore(AT_ONCE);
        AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();
        int key = 0;
        for (Openable connection : connections) {
            if (!permits.tryAcquire(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
                throw tooSlow(target);
            }
            if (failure.get() != null) {
                break;
            }
            var _ = connection.opened().whenComplete((_, failed) -> {
                if (failed != null) {
                    failure.compareAndSet(null, failed);
                }
                permits.release();
            });
            connect(clients, target, sessions, key++, connection);
        }
        if (!permits.tryAcquire(AT_ONCE, PATIENCE_SECONDS, TimeUnit.SECONDS)) {
            throw tooSlow(target);
        }
        Throwable failed = failure.get();
        if (failed != null) {
            throw new BenchFailure(String.valueOf(failed.getMessage()), failed);
        }
    }

    static void open(Clients clients, Target target, LoadTls.Sessions sessions, Openable connection)
            throws BenchFailure, InterruptedException {
        open(clients, target, sessions, List.of(connection));
    }

    private static void connect(
            Clients clients, Target target, LoadTls.Sessions sessions, int key, Openable connection) {
        var _ = clients.connect(target, sessions, key, List.of(), new MqttHandler(connection.login(), connection))
                .addListener(done -> {
                    if (!done.isSuccess()) {
                        connection.ended(noAnswer(target, done.cause()));
                    }
                });
    }

    static String noAnswer(Target target, Throwable cause) {
        return "no server answers at " + target.host() + ":" + target.port() + " (" + cause.getMessage() + ")";
    }

    private static BenchFailure tooSlow(Target target) {
        return new BenchFailure("the server at " + target.host() + ":" + target.port() + " let no connection in for "
                + PATIENCE_SECONDS + " s");
    }

    /** Waits for what a connection promised. */
    static <T> T await(CompletableFuture<T> promise, String what) throws BenchFailure, InterruptedException {
        try {
            return promise.get(PATIENCE_SECONDS, TimeUnit.SECONDS);
        } catch (ExecutionException e) {
            Throwable cause = e.getCause() == null ? e : e.getCause();
            throw new BenchFailure(what + ": " + cause.getMessage(), cause);
        } catch (TimeoutException e) {
            throw new BenchFailure(what + ": nothing came within " + PATIENCE_SECONDS + " s", e);
        }
    }
}
