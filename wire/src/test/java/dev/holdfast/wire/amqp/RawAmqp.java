package dev.holdfast.wire.amqp;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.apache.qpid.protonj2.types.UnsignedLong;

/** A client that sends whatever bytes a test wants. */
final class RawAmqp implements AutoCloseable {
    private static final int TIMEOUT_MILLIS = 30_000;

    /** A frame as it came; {@code fields} are those of its performative. */
    record Frame(int type, int channel, int code, List<?> fields) {}

    private final Socket socket;
    private final DataInputStream in;
    private final OutputStream out;

    RawAmqp(int port) throws IOException {
        socket = new Socket(InetAddress.getLoopbackAddress(), port);
        socket.setSoTimeout(TIMEOUT_MILLIS);
        socket.setTcpNoDelay(true);
        in = new DataInputStream(socket.getInputStream());
        out = socket.getOutputStream();
    }

    RawAmqp send(byte... bytes) throws IOException {
        out.write(bytes);
        out.flush();
        return this;
    }

    /** As {@link #send}; the server may have closed already, which the test asks about afterwards. */
    RawAmqp trySend(byte[] bytes) {
        try {
            send(bytes);
        } catch (IOException closed) {
            assertThat(closed).isInstanceOf(SocketException.class);
        }
        return this;
    }

    RawAmqp header(int id) throws IOException {
        return send(ProtocolHeader.of(id));
    }

    /** Sends a header and reads the answer. */
    RawAmqp greet(int id) throws IOException {
        header(id);
        assertThat(readHeader()).isEqualTo(id);
        return this;
    }

    int readHeader() throws IOException {
        byte[] header = new byte[8];
        in.readFully(header);
        return ProtocolHeader.idOf(header);
    }

    /** Past header and open. */
    RawAmqp opened() throws IOException {
        greet(ProtocolHeader.AMQP);
        send(open("127.0.0.1"));
        assertThat(read().code()).isEqualTo(Performatives.OPEN);
        return this;
    }

    /** Past begin on channel 0. */
    RawAmqp begun() throws IOException {
        opened();
        send(begin(0));
        assertThat(read().code()).isEqualTo(0x11);
        return this;
    }

    static byte[] frame(int type, int channel, byte[] body) {
        return ByteBuffer.allocate(8 + body.length)
                .putInt(8 + body.length)
                .put((byte) 2)
                .put((byte) type)
                .putShort((short) channel)
                .put(body)
                .array();
    }

    /** A performative with its fields, written by {@code fields}. */
    static byte[] performative(int type, int channel, int code, int count, Consumer<AmqpWriter> fields) {
        AmqpWriter out = new AmqpWriter(128).descriptor(code);
        int mark = out.beginList();
        fields.accept(out);
        out.end(mark, count);
        return frame(type, channel, out.toBytes());
    }

    static byte[] open(String hostName) {
        return performative(
                0, 0, Performatives.OPEN, 2, out -> out.string("raw").string(hostName));
    }

    static byte[] begin(int channel) {
        return performative(0, channel, 0x11, 4, out -> uint(out.nothing(), 0, 2048, 2048));
    }

    /** Unsigned ints with four bytes each. */
    static void uint(AmqpWriter out, long... values) {
        for (long value : values) {
            out.encoded(
                    ByteBuffer.allocate(5).put((byte) 0x70).putInt((int) value).array());
        }
    }

    /** A sender that the peer should give to {@code target}. */
    static byte[] attachSender(int channel, int handle, String name, String target) {
        return performative(0, channel, 0x12, 10, out -> {
            out.string(name);
            uint(out, handle);
            out.bool(false).nothing().nothing();
            out.descriptor(0x28);
            out.end(out.beginList(), 0);
            terminus(out, 0x29, target);
            out.nothing().nothing();
            uint(out, 0);
        });
    }

    static byte[] attachReceiver(int channel, int handle, String name, String source) {
        return performative(0, channel, 0x12, 7, out -> {
            out.string(name);
            uint(out, handle);
            out.bool(true).nothing().nothing();
            terminus(out, 0x28, source);
            out.descriptor(0x29);
            out.end(out.beginList(), 0);
        });
    }

    private static void terminus(AmqpWriter out, int code, String address) {
        out.descriptor(code);
        int mark = out.beginList();
        out.string(address);
        out.end(mark, 1);
    }

    /** A transfer of a whole message. */
    static byte[] transfer(int channel, int handle, int deliveryId, boolean more, byte[] payload) {
        AmqpWriter out = new AmqpWriter(64).descriptor(Performatives.TRANSFER);
        int mark = out.beginList();
        uint(out, handle, deliveryId);
        out.binary(new byte[] {(byte) deliveryId});
        uint(out, 0);
        out.bool(false).bool(more);
        out.end(mark, 6);
        return frame(0, channel, out.encoded(payload).toBytes());
    }

    static byte[] flow(int channel, int handle, int credit) {
        return performative(0, channel, 0x13, 7, out -> uint(out, 0, 2048, 0, 2048, handle, 0, credit));
    }

    Frame read() throws IOException {
        int size = in.readInt();
        byte[] rest = new byte[size - 4];
        in.readFully(rest);
        int offset = (rest[0] & 0xFF) * 4 - 4;
        int channel = (rest[2] & 0xFF) << 8 | (rest[3] & 0xFF);
        if (offset == rest.length) {
            return new Frame(rest[1], channel, -1, List.of());
        }
        byte[] body = java.util.Arrays.copyOfRange(rest, offset, rest.length);
        try {
            if (new AmqpReader(body).next() instanceof AmqpReader.Described(UnsignedLong code, List<?> fields)) {
                return new Frame(rest[1], channel, code.intValue(), fields);
            }
            throw new IOException("a frame without a performative");
        } catch (AmqpReader.MalformedException malformed) {
            throw new IOException(malformed);
        }
    }

    /** Reads until a close comes and returns its error as {@code condition: description}. */
    String closeError() throws IOException {
        while (true) {
            Frame frame = read();
            if (frame.code() == Performatives.CLOSE) {
                return errorOf(frame, 0);
            }
        }
    }

    /** Reads until a detach comes and returns its error. */
    String detachError() throws IOException {
        while (true) {
            Frame frame = read();
            if (frame.code() == 0x16) {
                return errorOf(frame, 2);
            }
            assertThat(frame.code()).as("closed instead of detached").isNotEqualTo(Performatives.CLOSE);
        }
    }

    private static String errorOf(Frame frame, int field) {
        if (frame.fields().size() <= field
                || !(frame.fields().get(field) instanceof AmqpReader.Described(var _, List<?> error))) {
            return "";
        }
        return error.get(0) + ": " + error.get(1);
    }

    /** Whether the server ends the socket within the time-out; what it says before is dropped. */
    void awaitClosed() throws IOException {
        try {
            while (in.read() >= 0) {
                // dropped
            }
        } catch (EOFException | SocketException closed) {
            // as good as an end
        }
    }

    static byte[] saslInit(String mechanism, byte[] response) {
        return performative(1, 0, 0x41, 2, out -> out.symbol(mechanism).binary(response));
    }

    static byte[] plain(String user, String password) {
        return saslInit("PLAIN", ("\0" + user + "\0" + password).getBytes(StandardCharsets.UTF_8));
    }

    static Map<String, Object> none() {
        return Map.of();
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
