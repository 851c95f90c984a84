package dev.holdfast.tls.listen;

import dev.holdfast.base.Limits;
import dev.holdfast.base.Live;
import dev.holdfast.pki.ServerAuthorities;
import dev.holdfast.tls.identity.ChainChooser;
import dev.holdfast.tls.identity.ServerIdentities;
import dev.holdfast.tls.peer.Handshake;
import dev.holdfast.tls.policy.Directory;
import dev.holdfast.tls.policy.GroupPreference;
import dev.holdfast.tls.policy.NamedPolicies;
import dev.holdfast.tls.policy.TlsPolicy;
import dev.holdfast.tls.report.Report;
import dev.holdfast.tls.trace.Recordings;
import dev.holdfast.wire.Connection;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import java.util.stream.Stream;

/** A front door on this machine whose protocol says back what it hears, with everything it reports kept. */
final class TestDoor implements AutoCloseable {
    /** Made once: keys take a second, and no test changes them. */
    static final ServerAuthorities AUTHORITIES = makeAuthorities();

    static final long WAIT_SECONDS = 30;

    final BlockingQueue<Report> reports = new LinkedBlockingQueue<>();
    final BlockingQueue<Handshake> handshakes = new LinkedBlockingQueue<>();
    final Directory directory;
    final ServerIdentities identities = new ServerIdentities(AUTHORITIES);
    final FrontDoor door;
    final Listening listening;

    TestDoor() throws IOException {
        this(Limits.defaults());
    }

    TestDoor(Limits limits) throws IOException {
        this(limits, InstantSource.system(), List.of());
    }

    TestDoor(InstantSource clock) throws IOException {
        this(clock, List.of());
    }

    /** @param domains below which only registered names lead anywhere */
    TestDoor(InstantSource clock, List<String> domains) throws IOException {
        this(Limits.defaults(), clock, domains);
    }

    TestDoor(GroupPreference groups) throws IOException {
        this(Limits.defaults(), InstantSource.system(), List.of(), groups, Recordings.NONE);
    }

    TestDoor(Recordings recordings) throws IOException {
        this(Limits.defaults(), InstantSource.system(), List.of(), GroupPreference.X25519, recordings);
    }

    private TestDoor(Limits limits, InstantSource clock, List<String> domains) throws IOException {
        this(limits, clock, domains, GroupPreference.X25519, Recordings.NONE);
    }

    private TestDoor(
            Limits limits, InstantSource clock, List<String> domains, GroupPreference groups, Recordings recordings)
            throws IOException {
        directory = new Directory(new Live<>(NamedPolicies.standard()), domains);
        door = new FrontDoor(
                limits, directory, identities, ChainChooser.NONE, () -> groups, recordings, clock, reports::add);
        listening = listen(limits.arrival());
    }

    /** One more listener, with limits of its own. */
    Listening listen(Limits.Arrival limits) throws IOException {
        return door.listen(
                new Listener("mqtt", limits, this::mount), new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
    }

    /** One more listener, with a policy of its own for who names no host that is registered. */
    Listening listen(String name, Supplier<TlsPolicy> policy) throws IOException {
        return door.listen(
                new Listener(name, Limits.defaults().arrival(), this::mount, policy),
                new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
    }

    static Limits deadline(Duration handshake) {
        Limits.Arrival d = Limits.defaults().arrival();
        return Limits.defaults().with(new Limits.Arrival(d.clientHelloMaxBytes(), handshake, d.firstPacketMaxTime()));
    }

    static Limits openMax(int sockets) {
        return Limits.defaults().with(new Limits.Sockets(sockets, sockets + 1, 10, Duration.ofMinutes(1)));
    }

    static Limits perAddressMax(int sockets, Duration toldEvery) {
        return Limits.defaults().with(new Limits.Sockets(1000, sockets, 10, toldEvery));
    }

    private void mount(Connection connection) {
        handshakes.add(Handshake.of(connection));
        connection.channel().pipeline().addLast(new ChannelInboundHandlerAdapter() {
            @Override
            public void channelRead(ChannelHandlerContext context, Object message) {
                var _ = context.writeAndFlush(message);
            }

            @Override
            public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
                var _ = context.close();
            }
        });
    }

    int port() {
        return listening.port();
    }

    List<X509Certificate> roots() {
        return List.of(AUTHORITIES.rsa().root(), AUTHORITIES.ecc().root());
    }

    Report report() throws InterruptedException {
        Report report = reports.poll(WAIT_SECONDS, TimeUnit.SECONDS);
        if (report == null) {
            throw new AssertionError("nothing was reported");
        }
        return report;
    }

    Handshake handshake() throws InterruptedException {
        Handshake handshake = handshakes.poll(WAIT_SECONDS, TimeUnit.SECONDS);
        if (handshake == null) {
            throw new AssertionError("no handshake was finished; reported: " + reports);
        }
        return handshake;
    }

    private static ServerAuthorities makeAuthorities() {
        try {
            Path data = Files.createTempDirectory("holdfast-tls-test");
            ServerAuthorities made = ServerAuthorities.openOrCreate(
                    data, List.of("holdfast.localhost"), Limits.defaults().certificates(), InstantSource.system());
            try (Stream<Path> all = Files.walk(data)) {
                // Parents come first, and what is registered last is deleted first.
                all.map(Path::toFile).forEach(File::deleteOnExit);
            }
            return made;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        door.close();
    }
}
