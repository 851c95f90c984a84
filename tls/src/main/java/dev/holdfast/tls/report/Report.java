package dev.holdfast.tls.report;

import java.net.InetSocketAddress;
import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * One refused or ended connection, as a person who must find the cause wants to read it.
 *
 * <p>Made where the refusal is known and handed to a {@code Consumer<Report>}; whoever consumes it must be quick, since it runs on
 * the thread of the connection. No secret enters it: no key, token, signature or private key.
 *
 * @param listener the listener's name: {@code mqtt}, {@code amqp}, {@code https}
 * @param connectionId {@link dev.holdfast.wire.Connection#id}
 * @param hub the hub that was asked for, null when none was named
 * @param device the device or {@code device/module} that was named, as the client spelled it, cut to a printable length; null when none was
 * @param reason stable code, the same word everywhere: {@code TokenExpired}, {@code UnknownDevice}
 * @param explanation what happened, why, and what to change, in full sentences
 */
public record Report(
        Instant time,
        String listener,
        InetSocketAddress remoteAddress,
        UUID connectionId,
        @Nullable String hub,
        @Nullable String device,
        String reason,
        String explanation) {}
