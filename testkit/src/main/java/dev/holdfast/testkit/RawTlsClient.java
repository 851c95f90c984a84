package dev.holdfast.testkit;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.util.Optional;

/** A socket to a TLS server on this machine that sends exactly the bytes it is told to. Reads give up after half a minute. */
public final class RawTlsClient implements AutoCloseable {
    private static final int TIMEOUT_MILLIS = 30_000;
    private static final int RECORD_ALERT = 21;

    /** One record of the server. */
    public record TlsRecord(int type, int version, byte[] content) {}

    private final Socket socket;
    private final InputStream in;
    private final OutputStream out;

    public RawTlsClient(int port) throws IOException {
        socket = new Socket();
        socket.setTcpNoDelay(true);
        socket.setSoTimeout(TIMEOUT_MILLIS);
        socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), TIMEOUT_MILLIS);
        in = socket.getInputStream();
        out = socket.getOutputStream();
    }

    public RawTlsClient send(byte[] bytes) throws IOException {
        out.write(bytes);
        out.flush();
        return this;
    }

    /** The next record, or empty when the server closed or reset the connection. */
    public Optional<TlsRecord> read() throws IOException {
        try {
            byte[] header = in.readNBytes(5);
            if (header.length < 5) {
                return Optional.empty();
            }
            int length = (header[3] & 0xFF) << 8 | (header[4] & 0xFF);
            byte[] content = in.readNBytes(length);
            int version = (header[1] & 0xFF) << 8 | (header[2] & 0xFF);
            return Optional.of(new TlsRecord(header[0] & 0xFF, version, content));
        } catch (SocketException _) {
            return Optional.empty();
        }
    }

    /** The description of the fatal alert that comes next; fails when something else comes. */
    public int readFatalAlert() throws IOException {
        TlsRecord got = read().orElseThrow(() -> new AssertionError("the server closed without an alert"));
        if (got.type != RECORD_ALERT || got.content.length != 2 || got.content[0] != 2) {
            throw new AssertionError("a fatal alert was expected and a record of type " + got.type + " came");
        }
        return got.content[1] & 0xFF;
    }

    /** Whether the server has closed, with nothing more to read; waits for it. */
    public boolean isClosedByServer() throws IOException {
        return read().isEmpty();
    }

    public int localPort() {
        return socket.getLocalPort();
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
