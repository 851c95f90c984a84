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
            acquire(permits, 1, target, failure);
            var _ = connection.opened().whenComplete((_, failed) -> {
                if (failed != null) {
                    failure.compareAndSet(null, failed);
                }
                // One failure is enough: nobody waits for the others any more.
                permits.release(failed == null ? 1 : AT_ONCE);
            });
            connect(clients, target, sessions, key++, connection);
        }
        acquire(permits, AT_ONCE, target, failure);
    }

    private static void acquire(
            Semaphore permits, int count, Target target, AtomicReference<@Nullable Throwable> failure)
            throws BenchFailure, InterruptedException {
        boolean acquired = permits.tryAcquire(count, PATIENCE_SECONDS, TimeUnit.SECONDS);
        Throwable failed = failure.get();
        if (failed != null) {
            throw new BenchFailure(String.valueOf(failed.getMessage()), failed);
        }
        if (!acquired) {
            throw tooSlow(target);
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
