package dev.holdfast.insight.fleet;

import dev.holdfast.tls.hello.HelloShape;
import dev.holdfast.tls.hello.NamedGroup;
import dev.holdfast.tls.peer.Handshake;
import dev.holdfast.tls.peer.Offer;
import dev.holdfast.tls.peer.PeerIdentity;
import dev.holdfast.tls.report.DeviceConnected;
import dev.holdfast.wire.Connection;
import io.netty.channel.embedded.EmbeddedChannel;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A device that was let in, as a test describes it. */
public final class Sighting {
    private final Instant time;
    private final String device;
    private String hub = "hub1";
    private String address = "192.0.2.1";
    private HelloShape shape = Hellos.modern();
    private String serverName = "hub1.example";
    private boolean named = true;
    private boolean resumed;
    private @Nullable X509Certificate certificate;

    private Sighting(Instant time, String device) {
        this.time = time;
        this.device = device;
    }

    public static Sighting of(Instant time, String device) {
        return new Sighting(time, device);
    }

    public Sighting hub(String name) {
        hub = name;
        return this;
    }

    public Sighting from(String remote) {
        address = remote;
        return this;
    }

    public Sighting offering(HelloShape offered) {
        shape = offered;
        return this;
    }

    public Sighting naming(String host) {
        serverName = host;
        return this;
    }

    public Sighting namingNone() {
        named = false;
        return this;
    }

    public Sighting resuming() {
        resumed = true;
        return this;
    }

    public Sighting showing(X509Certificate shown) {
        certificate = shown;
        return this;
    }

    public DeviceConnected connected() {
        Connection connection = Connection.accept(
                new EmbeddedChannel(), "mqtt", new InetSocketAddress(InetAddress.ofLiteral(address), 40_000), time);
        String name = named ? serverName : null;
        connection.learn(Offer.class, new Offer(shape, name, 0, "hub-2025", NamedGroup.X25519, null, false));
        PeerIdentity peer = certificate == null
                ? new PeerIdentity.Anonymous()
                : new PeerIdentity.Certificates(List.of(certificate));
        connection.learn(Handshake.class, new Handshake("TLSv1.3", "TLS_AES_256_GCM_SHA384", name, resumed, peer));
        return new DeviceConnected(
                time,
                connection,
                hub,
                device,
                "azure-iot-device/1.18.2 (node v20)",
                certificate == null ? "sas" : "x509");
    }
}
