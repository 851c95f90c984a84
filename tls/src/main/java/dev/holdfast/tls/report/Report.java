package dev.holdfast.tls.report;

import dev.holdfast.wire.Connection;
import java.net.InetSocketAddress;
import java.time.Instant;
import java.util.Locale;
import java.util.UUID;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;

/**
 * One refused or ended connection, as a person who must find the cause wants to read it.
 *
 * <p>Made where the refusal is known and handed to a {@code Consumer<Report>}; whoever consumes it must be quick, since it runs on
 * the thread of the connection. Nobody puts a key, token, signature or private key into it, and where a client put one in the place
 * of a name, {@link Secrets} takes out what looks like one.
 *
 * @param id names this report to whoever asks about it, the client included; reports in the order of their ids are in that of time
 * @param listener the listener's name: {@code mqtt}, {@code amqp}, {@code https}
 * @param connectionId {@link Connection#id}
 * @param hub the hub that was asked for, null when none was named
 * @param device the device or {@code device/module} that was named, as the client spelled it, made printable; null when none was
 * @param reason stable code, the same word everywhere: {@code TokenExpired}, {@code UnknownDevice}
 * @param explanation what happened, why, and what to change, in full sentences
 * @param alert of TLS that was sent or received, such as {@code sent protocol_version}; null for none
 * @param refusal what the reason is the name of, for its details; null where there are none
 * @param connection for what is known about it; null in tests
 */
public record Report(
        String id,
        Instant time,
        String listener,
        InetSocketAddress remoteAddress,
        UUID connectionId,
        @Nullable String hub,
        @Nullable String device,
        String reason,
        String explanation,
        @Nullable String alert,
        @Nullable Record refusal,
        @Nullable Connection connection) {
    private static final int DEVICE_MAX_CHARS = 260;
    private static final int EXPLANATION_MAX_CHARS = 4096;

    public Report {
        // Before they are cut, since half a secret looks like none.
        hub = hub == null ? null : printable(Secrets.takeOut(hub), DEVICE_MAX_CHARS);
        device = device == null ? null : printable(Secrets.takeOut(device), DEVICE_MAX_CHARS);
        explanation = printable(Secrets.takeOut(explanation), EXPLANATION_MAX_CHARS);
    }

    /** With an id of its own, and nothing but the sentence to explain it. */
    public Report(
            Instant time,
            String listener,
            InetSocketAddress remoteAddress,
            UUID connectionId,
            @Nullable String hub,
            @Nullable String device,
            String reason,
            String explanation) {
        this(
                newId(time),
                time,
                listener,
                remoteAddress,
                connectionId,
                hub,
                device,
                reason,
                explanation,
                null,
                null,
                null);
    }

    /** Of a connection; the rest as in the record. */
    public static Report of(
            Connection connection,
            Instant time,
            @Nullable String hub,
            @Nullable String device,
            String reason,
            String explanation) {
        return of(connection, time, hub, device, reason, explanation, null);
    }

    /** Of a connection, with the details of why. */
    public static Report of(
            Connection connection,
            Instant time,
            @Nullable String hub,
            @Nullable String device,
            String reason,
            String explanation,
            @Nullable Object refusal) {
        return new Report(
                newId(time),
                time,
                connection.listener(),
                connection.remoteAddress(),
                connection.id(),
                hub,
                device,
                reason,
                explanation,
                null,
                refusal instanceof Record details ? details : null,
                connection);
    }

    /** The same, with the alert that went with it. */
    public Report with(@Nullable String other) {
        return copy(hub, other, connection);
    }

    /** The same, with the hub that was meant, where the refusal itself did not know it. */
    public Report ofHub(String name) {
        return copy(name, alert, connection);
    }

    /** The same, for keeping: a connection is much larger than what is known of it. */
    public Report withoutConnection() {
        return copy(hub, alert, null);
    }

    private Report copy(@Nullable String otherHub, @Nullable String otherAlert, @Nullable Connection other) {
        return new Report(
                id,
                time,
                listener,
                remoteAddress,
                connectionId,
                otherHub,
                device,
                reason,
                explanation,
                otherAlert,
                refusal,
                other);
    }

    /** Of several that were only counted, from where the last of them came. */
    public static Report summaryOf(Report last, Instant time, String reason, String explanation, Record details) {
        return new Report(
                newId(time),
                time,
                last.listener,
                last.remoteAddress,
                last.connectionId,
                last.hub,
                last.device,
                reason,
                explanation,
                null,
                details,
                null);
    }

    /** Milliseconds since 1970 in twelve hexadecimal digits, then eight of chance. */
    private static String newId(Instant time) {
        return String.format(
                Locale.ROOT,
                "%012x%08x",
                time.toEpochMilli() & 0xFFFF_FFFF_FFFFL,
                ThreadLocalRandom.current().nextInt());
    }

    /** A text that clients chose parts of, without secrets and in one line, as reports show it. */
    public static String cleaned(String text, int maxChars) {
        return printable(Secrets.takeOut(text), maxChars);
    }

    /**
     * Names and sentences hold what clients chose. A line break in them would forge a line of the log, and a control or
     * direction mark would act on the terminal of whoever reads it, so they are written as escapes.
     */
    private static String printable(String text, int maxChars) {
        StringBuilder out = new StringBuilder(Math.min(text.length(), maxChars));
        for (int i = 0; i < text.length() && out.length() < maxChars; i++) {
            char c = text.charAt(i);
            int type = Character.getType(c);
            if (type == Character.CONTROL
                    || type == Character.FORMAT
                    || type == Character.LINE_SEPARATOR
                    || type == Character.PARAGRAPH_SEPARATOR) {
                out.append(String.format(Locale.ROOT, "\\u%04x", (int) c));
            } else {
                out.append(c);
            }
        }
        return text.length() > maxChars ? out.append('…').toString() : out.toString();
    }
}
