package dev.holdfast.base;

import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;

/**
 * The current value of immutable settings, and how often they were replaced.
 *
 * <p>Readers take {@link #get} once per decision and never keep it longer, so that a change takes effect on the next
 * decision without a restart. Any thread may read or replace.
 */
public final class Live<T> implements Supplier<T> {
    /** A value and its version; the first version is 1. */
    public record Versioned<T>(T value, long version) {}

    private final AtomicReference<Versioned<T>> current;

    public Live(T first) {
        current = new AtomicReference<>(new Versioned<>(first, 1));
    }

    @Override
    public T get() {
        return current.get().value();
    }

    public Versioned<T> versioned() {
        return current.get();
    }

    /** Replaces the value with what {@code change} makes of it; {@code change} may run more than once. */
    public T update(UnaryOperator<T> change) {
        return current.updateAndGet(now -> new Versioned<>(change.apply(now.value()), now.version() + 1))
                .value();
    }
}
