package dev.holdfast.cli.trace;

import dev.holdfast.base.Limits;
import dev.holdfast.tls.trace.ChainJudgement;
import dev.holdfast.tls.trace.HandshakeTap;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.UnknownHostException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/** Connects, shakes hands once and hangs up. Blocks; bounded in time and bytes. One for each handshake. */
public final class ClientTrace {
    /** A name may have many; a client tries the first ones. */
    private static final int ADDRESSES_MAX = 8;

    private final TraceOptions options;
    private final Roots roots;
    private final Limits limits;
    private long began;
    private final HandshakeTap tap;
    private @Nullable String address;
    private @Nullable Duration connectedAfter;

    private ClientTrace(TraceOptions options, Roots roots, Limits limits) {
        this.options = options;
        this.roots = roots;
        this.limits = limits;
        this.tap = new HandshakeTap(limits.tls().trace());
    }

    /** Never throws for what a server or the network does: {@link TraceResult#ending} says it. */
    public static TraceResult of(TraceOptions options, Roots roots, Limits limits) {
        return new ClientTrace(options, roots, limits).run();
    }

    private TraceResult run() {
        Handshake handshake = new Handshake(options, limits.tls().trace(), tap, this::elapsed);
        try {
            handshake.prepare();
        } catch (SSLException e) {
            return result(handshake, new Ending.Broken(String.valueOf(e.getMessage())));
        }
        began = System.nanoTime();
        InetAddress[] addresses;
        try {
            addresses = InetAddress.getAllByName(options.host());
        } catch (UnknownHostException _) {
            return result(handshake, new Ending.NameUnknown(options.host()));
        }
        String why = "";
        for (InetAddress each : Arrays.asList(addresses).subList(0, Math.min(addresses.length, ADDRESSES_MAX))) {
            try (Socket socket = new Socket()) {
                socket.connect(new InetSocketAddress(each, options.port()), (int)
                        limits.client().connectMaxTime().toMillis());
                address = each.getHostAddress();
                connectedAfter = elapsed();
                return result(handshake, handshake.run(socket));
            } catch (IOException e) {
                why = Objects.requireNonNullElse(e.getMessage(), "nothing more is known");
            }
        }
        String where = Arrays.stream(addresses)
                .limit(ADDRESSES_MAX)
                .map(each -> at(each.getHostAddress()))
                .toList()
                .toString();
        return result(handshake, new Ending.NoConnection(where.substring(1, where.length() - 1), why));
    }

    private String at(String host) {
        return (host.indexOf(':') < 0 ? host : "[" + host + "]") + ":" + options.port();
    }

    private Duration elapsed() {
        return Duration.ofNanos(System.nanoTime() - began);
    }

    private TraceResult result(Handshake handshake, Ending ending) {
        List<X509Certificate> chain = handshake.chain();
        return new TraceResult(
                options,
                address,
                connectedAfter,
                tap.seen(),
                handshake.isFinished(),
                tap.chosen().orElse(null),
                chain,
                chain.isEmpty()
                        ? null
                        : ChainJudgement.of(chain, roots.certificates(), options.expectedName(), Instant.now()),
                handshake.asked().orElse(null),
                ending);
    }
}
