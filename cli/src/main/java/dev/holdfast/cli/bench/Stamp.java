package dev.holdfast.cli.bench;

import io.netty.buffer.ByteBuf;
import java.nio.ByteBuffer;

/** The first bytes of every payload: which run, connection and message it is, and when it was to be sent. */
final class Stamp {
    static final int BYTES = 24;
    private static final int CONNECTION_AT = 8;
    private static final int SEQUENCE_AT = 12;
    private static final int INTENDED_AT = 16;

    private Stamp() {}

    /** Writes it over the bytes at {@code at}. */
    static void set(ByteBuf out, int at, long run, int connection, int sequence, long intended) {
        out.setLong(at, run);
        out.setInt(at + CONNECTION_AT, connection);
        out.setInt(at + SEQUENCE_AT, sequence);
        out.setLong(at + INTENDED_AT, intended);
    }

    /** Tells {@code received} of a payload if it is of its run. */
    static void read(ByteBuf payload, int at, int length, Received received) {
        if (length >= BYTES && payload.getLong(at) == received.run()) {
            received.message(
                    payload.getInt(at + CONNECTION_AT),
                    payload.getInt(at + SEQUENCE_AT),
                    payload.getLong(at + INTENDED_AT));
        }
    }

    /** As {@link #read(ByteBuf, int, int, Received)}. */
    static void read(byte[] payload, Received received) {
        ByteBuffer bytes = ByteBuffer.wrap(payload);
        if (payload.length >= BYTES && bytes.getLong(0) == received.run()) {
            received.message(bytes.getInt(CONNECTION_AT), bytes.getInt(SEQUENCE_AT), bytes.getLong(INTENDED_AT));
        }
    }
}
