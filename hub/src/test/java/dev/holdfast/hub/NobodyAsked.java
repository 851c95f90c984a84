package dev.holdfast.hub;

import dev.holdfast.base.HubName;
import dev.holdfast.base.Limits;
import dev.holdfast.hub.revocation.Outgoing;
import dev.holdfast.hub.revocation.Revocation;
import dev.holdfast.store.Table;
import java.io.IOException;
import java.net.URI;
import java.time.InstantSource;
import java.util.List;

/** Revocation in a hub whose operator never said that an authority is to be asked. */
public final class NobodyAsked {
    private static final Outgoing OUTGOING = new Outgoing() {
        @Override
        public byte[] get(URI uri, int maxBytes) throws IOException {
            throw new IOException("nobody is asked in this test");
        }

        @Override
        public byte[] post(URI uri, String contentType, byte[] body, int maxBytes) throws IOException {
            throw new IOException("nobody is asked in this test");
        }
    };

    public static final Revocation.Asking ASKING = new Revocation.Asking(OUTGOING, Runnable::run);

    private NobodyAsked() {}

    public static Revocation in(Table table, HubName hub, InstantSource clock) {
        return new Revocation(table, hub, List::of, ASKING, clock, Limits.defaults(), _ -> 0);
    }
}
