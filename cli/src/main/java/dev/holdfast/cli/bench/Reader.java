package dev.holdfast.cli.bench;

import org.jspecify.annotations.Nullable;

/** Reads what is published and tells {@link Received}. */
interface Reader extends AutoCloseable {
    /** Why it stopped reading for a while or for good; null when it did not. */
    @Nullable
    String interruption();

    /** Has come to rest when this returns. */
    @Override
    void close() throws InterruptedException;
}
