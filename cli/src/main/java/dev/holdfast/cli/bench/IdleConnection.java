package dev.holdfast.cli.bench;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** A connection that is let in and then does nothing. */
final class IdleConnection implements Opening.Openable {
    private final Login login;
    private final CompletableFuture<Void> opened = new CompletableFuture<>();
    private volatile @Nullable String lost;

    IdleConnection(Login login) {
        this.login = login;
    }

    @Override
    public CompletableFuture<Void> opened() {
        return opened;
    }

    @Override
    public Login login() {
        return login;
    }

    @Override
    public void opened(ChannelHandlerContext context) {
        opened.complete(null);
    }

    @Override
    public void packet(int firstByte, ByteBuf body, int length) {
        // Nothing was asked for, so nothing that comes matters.
    }

    @Override
    public void readComplete() {
        // As above.
    }

    @Override
    public void ended(String why) {
        if (!opened.completeExceptionally(new BenchFailure(why))) {
            lost = why;
        }
    }

    /** Why it ended although it should stay; null while it lives. Any thread. */
    @Nullable
    String lost() {
        return lost;
    }
}
