package dev.holdfast.cli.trace;

import dev.holdfast.tls.hello.TlsVersion;
import dev.holdfast.tls.trace.ClientIdentity;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Whom to shake hands with, and how.
 *
 * @param host name or address to connect to
 * @param serverName what SNI asks for; null to ask for none
 * @param expectedName what the server's certificate has to be good for
 * @param versions those that are offered, the newest first
 * @param identity what is shown when the server asks; null for nothing
 */
public record TraceOptions(
        String host,
        int port,
        @Nullable String serverName,
        String expectedName,
        List<TlsVersion> versions,
        ServerKey serverKey,
        @Nullable ClientIdentity identity) {
    /** The newest first. */
    public static final List<TlsVersion> MODERN = List.of(TlsVersion.TLS_1_3, TlsVersion.TLS_1_2);

    public TraceOptions {
        versions = List.copyOf(versions);
    }
}
