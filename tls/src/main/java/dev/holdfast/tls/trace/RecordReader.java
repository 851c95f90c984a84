package dev.holdfast.tls.trace;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/**
 * Cuts what one side sends into TLS records, whatever the parts it comes in. It holds one record at most: 18 KB.
 *
 * <p>What comes may be anything: the first byte that can't begin a record ends the reading.
 */
final class RecordReader {
    static final int CHANGE_CIPHER_SPEC = 20;
    static final int ALERT = 21;
    static final int HANDSHAKE = 22;
    static final int APPLICATION_DATA = 23;

    static final int HEADER_BYTES = 5;
    /** Data and what TLS 1.2 lets protection add (RFC 5246 6.2.3); TLS 1.3 allows less. */
    static final int FRAGMENT_MAX_BYTES = (1 << 14) + 2048;
    /** Of SSL 3.0 and every TLS. */
    private static final int MAJOR_VERSION = 3;

    private static final int QUOTED_MAX_BYTES = 24;

    /** One record. */
    record TlsRecord(int type, ByteBuffer fragment) {
        int bytes() {
            return HEADER_BYTES + fragment.limit();
        }
    }

    private final ByteBuffer pending = ByteBuffer.allocate(HEADER_BYTES + FRAGMENT_MAX_BYTES);
    private String fault = "";

    /**
     * Takes bytes until a record is whole.
     *
     * @param in read as far as needed; call again while it has some left
     * @return the record, or empty when more bytes are needed or {@link #fault} says why there will be none
     */
    Optional<TlsRecord> read(ByteBuffer in) {
        while (in.hasRemaining() && fault.isEmpty()) {
            int wanted = wanted();
            int count = Math.min(wanted - pending.position(), in.remaining());
            pending.put(pending.position(), in, in.position(), count);
            pending.position(pending.position() + count);
            in.position(in.position() + count);
            if (pending.position() == HEADER_BYTES && wanted == HEADER_BYTES) {
                checkHeader(in);
            }
            if (fault.isEmpty() && pending.position() >= HEADER_BYTES && pending.position() == wanted()) {
                return Optional.of(take());
            }
        }
        return Optional.empty();
    }

    /** Why there is no record any more, as a clause; empty while all is well. */
    String fault() {
        return fault;
    }

    /** Bytes of a record that is not whole yet. */
    int pendingBytes() {
        return pending.position();
    }

    private int wanted() {
        return pending.position() < HEADER_BYTES ? HEADER_BYTES : HEADER_BYTES + length();
    }

    private int length() {
        return pending.getShort(3) & 0xFFFF;
    }

    private void checkHeader(ByteBuffer in) {
        int type = pending.get(0) & 0xFF;
        if (type < CHANGE_CIPHER_SPEC || type > APPLICATION_DATA || pending.get(1) != MAJOR_VERSION) {
            fault = "it is not TLS: it begins with " + quoted(in);
        } else if (length() > FRAGMENT_MAX_BYTES) {
            fault = "a record claims " + length() + " bytes, and " + FRAGMENT_MAX_BYTES + " are allowed";
        }
    }

    private TlsRecord take() {
        byte[] fragment = new byte[length()];
        pending.get(HEADER_BYTES, fragment);
        TlsRecord whole = new TlsRecord(pending.get(0) & 0xFF, ByteBuffer.wrap(fragment));
        pending.clear();
        return whole;
    }

    /** The header's bytes and some that follow, as far as they are visible ASCII. */
    private String quoted(ByteBuffer in) {
        byte[] bytes = new byte[HEADER_BYTES + Math.min(in.remaining(), QUOTED_MAX_BYTES - HEADER_BYTES)];
        pending.get(0, bytes, 0, HEADER_BYTES);
        in.get(in.position(), bytes, HEADER_BYTES, bytes.length - HEADER_BYTES);
        int visible = 0;
        while (visible < bytes.length && bytes[visible] >= ' ' && bytes[visible] < 0x7F) {
            visible++;
        }
        return visible >= 3
                ? "'" + new String(bytes, 0, visible, StandardCharsets.US_ASCII) + "'"
                : "the byte 0x%02X".formatted(bytes[0]);
    }
}
