package dev.holdfast.tls.hello;

import dev.holdfast.tls.report.HelloRefusal;
import dev.holdfast.tls.report.HelloRefusal.HelloMalformed;
import dev.holdfast.tls.report.HelloRefusal.HelloTooLarge;
import dev.holdfast.tls.report.HelloRefusal.NotTls;
import dev.holdfast.tls.report.HelloRefusal.Spoken;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Puts a ClientHello together from TLS records as they arrive, in pieces of any size. What is not one is refused at the first byte
 * that shows it; memory follows what has arrived, never what a length field claims.
 */
final class HelloCollector {
    private static final int HANDSHAKE = 22;
    private static final int CLIENT_HELLO = 1;
    private static final int RECORD_HEADER_BYTES = 5;
    private static final int MESSAGE_HEADER_BYTES = 4;
    private static final int RECORD_MAX_BYTES = 1 << 14;
    private static final int FIRST_ROOM_BYTES = 1024;

    private static final byte[] NONE = {};

    private final int maxBytes;
    private final byte[] recordHeader = new byte[RECORD_HEADER_BYTES];
    private int recordHeaderFilled;
    private int recordLeft;
    private byte[] message = new byte[FIRST_ROOM_BYTES];
    private int messageFilled;
    private int received;

    /** @param maxBytes of the handshake message without its header */
    HelloCollector(int maxBytes) {
        this.maxBytes = maxBytes;
    }

    int receivedBytes() {
        return received;
    }

    /** Takes the next bytes of the socket. Null as long as more are needed; nothing may be added after another answer. */
    @Nullable
    ParsedHello add(byte[] bytes, int from, int to) {
        ParsedHello answer = read(bytes, from, to);
        if (answer != null) {
            // A connection may live for months, and its collector with it.
            message = NONE;
        }
        return answer;
    }

    @Nullable
    private ParsedHello read(byte[] bytes, int from, int to) {
        if (received == 0 && from < to && bytes[from] != HANDSHAKE) {
            received = to - from;
            return refused(new NotTls(spoken(bytes, from, to)));
        }
        int next = from;
        while (next < to) {
            int used;
            if (recordLeft == 0) {
                used = Math.min(to - next, RECORD_HEADER_BYTES - recordHeaderFilled);
                System.arraycopy(bytes, next, recordHeader, recordHeaderFilled, used);
                recordHeaderFilled += used;
            } else {
                used = Math.min(to - next, recordLeft);
                append(bytes, next, used);
                recordLeft -= used;
            }
            next += used;
            received += used;
            ParsedHello end = recordLeft == 0 && recordHeaderFilled > 0 ? afterRecordHeader() : null;
            if (end == null) {
                end = afterMessageBytes();
            }
            if (end != null) {
                return end;
            }
        }
        return null;
    }

    private @Nullable ParsedHello afterRecordHeader() {
        if (recordHeader[0] != HANDSHAKE) {
            return malformed("a record of type " + recordHeader[0] + " stands between its pieces");
        }
        if (recordHeaderFilled > 1 && recordHeader[1] != 3) {
            return malformed("its record names version " + recordHeader[1] + ".x, and every TLS record names 3.x");
        }
        if (recordHeaderFilled < RECORD_HEADER_BYTES) {
            return null;
        }
        recordHeaderFilled = 0;
        recordLeft = (recordHeader[3] & 0xFF) << 8 | (recordHeader[4] & 0xFF);
        if (recordLeft == 0 || recordLeft > RECORD_MAX_BYTES) {
            return malformed("a record of " + recordLeft + " bytes, and 1 to " + RECORD_MAX_BYTES + " are allowed");
        }
        return null;
    }

    private @Nullable ParsedHello afterMessageBytes() {
        if (messageFilled > 0 && message[0] != CLIENT_HELLO) {
            return malformed("the first handshake message is of type " + message[0] + ", not 1");
        }
        // Records of one byte each would cost six times the bytes of the message they carry.
        if (received > 2 * maxBytes + FIRST_ROOM_BYTES) {
            return refused(new HelloTooLarge(received, maxBytes));
        }
        if (messageFilled < MESSAGE_HEADER_BYTES) {
            return null;
        }
        int length = (message[1] & 0xFF) << 16 | (message[2] & 0xFF) << 8 | (message[3] & 0xFF);
        if (length > maxBytes) {
            return refused(new HelloTooLarge(length, maxBytes));
        }
        int end = MESSAGE_HEADER_BYTES + length;
        return messageFilled < end
                ? null
                : ClientHelloParser.parse(Arrays.copyOfRange(message, MESSAGE_HEADER_BYTES, end));
    }

    private void append(byte[] bytes, int from, int count) {
        if (messageFilled + count > message.length) {
            message = Arrays.copyOf(message, Math.max(messageFilled + count, 2 * message.length));
        }
        System.arraycopy(bytes, from, message, messageFilled, count);
        messageFilled += count;
    }

    private static Spoken spoken(byte[] bytes, int from, int to) {
        int first = bytes[from] & 0xFF;
        if (first == 'A' && to - from >= 4 && bytes[from + 1] == 'M' && bytes[from + 2] == 'Q') {
            return Spoken.AMQP;
        }
        if (first >= 'A' && first <= 'Z') {
            return Spoken.HTTP;
        }
        if (first == 0x10) {
            return Spoken.MQTT;
        }
        return first >= 0x80 && to - from > 2 && bytes[from + 2] == CLIENT_HELLO ? Spoken.SSL2 : Spoken.UNKNOWN;
    }

    private static ParsedHello malformed(String what) {
        return refused(new HelloMalformed(what));
    }

    private static ParsedHello refused(HelloRefusal why) {
        return new ParsedHello.Refused(why);
    }
}
