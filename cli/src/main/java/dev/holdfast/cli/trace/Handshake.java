package dev.holdfast.cli.trace;

import dev.holdfast.base.Limits;
import dev.holdfast.tls.hello.TlsVersion;
import dev.holdfast.tls.trace.HandshakeTap;
import dev.holdfast.tls.trace.Seen;
import dev.holdfast.tls.trace.Side;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SNIServerName;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLEngineResult;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.TrustManager;

/** One TLS handshake of the Java runtime's engine over an open socket; what both sides send goes through the tap. */
final class Handshake {
    /** What the engine says when an alert came, and when one of its own is on its way. */
    private static final Pattern RECEIVED =
            Pattern.compile("(?:Received fatal alert|plaintext alert received: Level: fatal; Alert): ([a-z_]{1,40})");

    private static final Pattern OWN = Pattern.compile("^\\(([a-z_]{1,40})\\) (.*)", Pattern.DOTALL);

    private static final String CLOSED_EARLY = "Received close_notify during handshake";

    private static final int WORDS_MAX_CHARS = 200;
    /** Records that an engine may still have to say when it gave up. */
    private static final int LAST_WORDS_MAX = 4;

    private final Limits.Trace limits;
    private final HandshakeTap tap;
    private final Supplier<Duration> elapsed;
    private final RecordingTrust trust = new RecordingTrust();
    private final RecordingKeys keys;
    private final SSLEngine engine;
    private final ByteBuffer received;
    private final ByteBuffer toSend;
    private final ByteBuffer data;
    private boolean finished;

    Handshake(TraceOptions options, Limits.Trace limits, HandshakeTap tap, Supplier<Duration> elapsed) {
        this.limits = limits;
        this.tap = tap;
        this.elapsed = elapsed;
        this.keys = new RecordingKeys(options.identity());
        this.engine = engine(options);
        int packet = engine.getSession().getPacketBufferSize();
        received = ByteBuffer.allocate(2 * packet).flip();
        toSend = ByteBuffer.allocate(packet);
        data = ByteBuffer.allocate(engine.getSession().getApplicationBufferSize());
    }

    private SSLEngine engine(TraceOptions options) {
        SSLContext context;
        try {
            context = SSLContext.getInstance("TLS");
            context.init(new KeyManager[] {keys}, new TrustManager[] {trust}, null);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("this Java runtime has no TLS", e);
        }
        SSLEngine made = context.createSSLEngine();
        made.setUseClientMode(true);
        SSLParameters parameters = made.getSSLParameters();
        parameters.setProtocols(
                options.versions().stream().map(TlsVersion::engineName).toArray(String[]::new));
        parameters.setCipherSuites(options.serverKey().suites());
        String[] schemes = options.serverKey().schemes();
        if (schemes.length > 0) {
            parameters.setSignatureSchemes(schemes);
        }
        List<SNIServerName> names =
                options.serverName() == null ? List.of() : List.of(new SNIHostName(options.serverName()));
        parameters.setServerNames(names);
        made.setSSLParameters(parameters);
        return made;
    }

    boolean isFinished() {
        return finished;
    }

    List<X509Certificate> chain() {
        return trust.chain();
    }

    Optional<ClientCertificate> asked() {
        return keys.asked();
    }

    /** Makes the first message, so that loading code and making keys does not count as time of the handshake. */
    void prepare() throws SSLException {
        engine.beginHandshake();
        wrap();
    }

    /** Shakes hands, listens a moment for what the server says of it, and says goodbye. */
    Ending run(Socket socket) {
        // Ends whatever hangs on the socket, writing included, which has no time limit of its own.
        try (TimeLimit time = new TimeLimit(socket, limits.handshakeMaxTime())) {
            try {
                Ending ending = shakeHands(socket);
                if (ending instanceof Ending.Finished) {
                    engine.closeOutbound();
                    flush(socket);
                }
                return ending;
            } catch (SSLException e) {
                flush(socket);
                return ofEngine(e);
            } catch (IOException e) {
                return time.isOver() ? new Ending.TooSlow(limits.handshakeMaxTime(), tap.bytes(Side.SERVER)) : closed();
            }
        }
    }

    private Ending shakeHands(Socket socket) throws IOException {
        write(socket);
        while (!finished) {
            switch (engine.getHandshakeStatus()) {
                case NEED_WRAP -> send(socket);
                case NEED_TASK -> runTasks();
                case NEED_UNWRAP, NEED_UNWRAP_AGAIN -> {
                    if (!receive(socket)) {
                        return closed();
                    }
                }
                case FINISHED, NOT_HANDSHAKING -> finished = true;
            }
        }
        return TlsVersion.TLS_1_3.engineName().equals(engine.getSession().getProtocol())
                ? verdict(socket)
                : new Ending.Finished();
    }

    private void runTasks() {
        for (Runnable task = engine.getDelegatedTask(); task != null; task = engine.getDelegatedTask()) {
            task.run();
        }
    }

    private void send(Socket socket) throws IOException {
        SSLEngineResult result = wrap();
        write(socket);
        noteEnd(result);
    }

    private SSLEngineResult wrap() throws SSLException {
        toSend.clear();
        SSLEngineResult result = engine.wrap(ByteBuffer.allocate(0), toSend);
        toSend.flip();
        return result;
    }

    private void write(Socket socket) throws IOException {
        if (!finished) {
            tap.read(Side.CLIENT, toSend, elapsed.get());
        }
        socket.getOutputStream().write(toSend.array(), 0, toSend.limit());
    }

    /** Lets the engine read a record; false when the server has closed. */
    private boolean receive(Socket socket) throws IOException {
        data.clear();
        SSLEngineResult result = engine.unwrap(received, data);
        noteEnd(result);
        return switch (result.getStatus()) {
            case OK, BUFFER_OVERFLOW -> true;
            case CLOSED -> false;
            case BUFFER_UNDERFLOW -> readMore(socket);
        };
    }

    private void noteEnd(SSLEngineResult result) {
        finished |= result.getHandshakeStatus() == SSLEngineResult.HandshakeStatus.FINISHED;
    }

    private boolean readMore(Socket socket) throws IOException {
        received.compact();
        try {
            InputStream in = socket.getInputStream();
            int count = in.read(received.array(), received.position(), received.remaining());
            if (count < 0) {
                return false;
            }
            tap.read(Side.SERVER, ByteBuffer.wrap(received.array(), received.position(), count), elapsed.get());
            received.position(received.position() + count);
        } finally {
            received.flip();
        }
        if (tap.bytes(Side.SERVER) > limits.sideMaxBytes()) {
            throw new SSLException("more than " + limits.sideMaxBytes() + " bytes came, which no handshake needs");
        }
        return true;
    }

    /**
     * A TLS 1.3 client is finished before the server has looked at its last messages; what comes next is a refusal, or session tickets,
     * or nothing for as long as nobody sends data.
     */
    private Ending verdict(Socket socket) throws IOException {
        socket.setSoTimeout((int) limits.verdictMaxTime().toMillis());
        try {
            while (received.hasRemaining() || readMore(socket)) {
                data.clear();
                SSLEngineResult result = engine.unwrap(received, data);
                runTasks();
                switch (result.getStatus()) {
                    case OK, BUFFER_OVERFLOW -> {
                        return new Ending.Finished();
                    }
                    case CLOSED -> {
                        return closed();
                    }
                    case BUFFER_UNDERFLOW -> {
                        if (!readMore(socket)) {
                            return closed();
                        }
                    }
                }
            }
            return closed();
        } catch (SocketTimeoutException _) {
            return new Ending.Finished();
        }
    }

    /** The engine's alert or its goodbye, as far as the server still takes it. */
    private void flush(Socket socket) {
        try {
            for (int i = 0;
                    i < LAST_WORDS_MAX && engine.getHandshakeStatus() == SSLEngineResult.HandshakeStatus.NEED_WRAP;
                    i++) {
                send(socket);
            }
        } catch (IOException _) {
            // The server has gone; there is nobody to tell.
        }
    }

    private Ending closed() {
        return new Ending.Closed(finished, tap.bytes(Side.SERVER));
    }

    private Ending ofEngine(SSLException failure) {
        for (Seen each : tap.seen()) {
            if (each instanceof Seen.Unreadable(var from, var _, var _, var what) && from == Side.SERVER) {
                return new Ending.NotTls(what);
            }
        }
        String words = "";
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            String text = Objects.requireNonNullElse(cause.getMessage(), "");
            Matcher received = RECEIVED.matcher(text);
            if (received.find()) {
                return new Ending.Alerted(Side.SERVER, received.group(1), "");
            }
            if (text.contains(CLOSED_EARLY)) {
                return new Ending.Alerted(Side.SERVER, "close_notify", "");
            }
            words = words.isEmpty() ? text : words;
        }
        Matcher own = OWN.matcher(words);
        return own.matches()
                ? new Ending.Alerted(Side.CLIENT, own.group(1), cut(own.group(2)))
                : new Ending.Broken(cut(words));
    }

    private static String cut(String text) {
        return text.substring(0, Math.min(text.length(), WORDS_MAX_CHARS));
    }
}
