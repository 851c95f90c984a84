package dev.holdfast.tls.report;

import dev.holdfast.wire.Connection;
import java.net.InetSocketAddress;
import java.time.Instant;
import java.util.Locale;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * One refused or ended connection, as a person who must find the cause wants to read it.
 *
 * <p>Made where the refusal is known and handed to a {@code Consumer<Report>}; whoever consumes it must be quick, since it runs on
 * the thread of the connection. Nobody puts a key, token, signature or private key into it, and where a client put one in the place
 * of a name, {@link Secrets} takes out what looks like one.
 *
 * @param listener the listener's name: {@code mqtt}, {@code amqp}, {@code https}
 * @param connectionId {@link Connection#id}
 * @param hub the hub that was asked for, null when none was named
 * @param device the device or {@code device/module} that was named, as the client spelled it, made printable; null when none was
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
        String explanation) {
    private static final int DEVICE_MAX_CHARS = 260;
    private static final int EXPLANATION_MAX_CHARS = 4096;

    public Report {
        // Before they are cut, since half a secret looks like none.
        hub = hub == null ? null : printable(Secrets.takeOut(hub), DEVICE_MAX_CHARS);
        device = device == null ? null : printable(Secrets.takeOut(device), DEVICE_MAX_CHARS);
        explanation = printable(Secrets.takeOut(explanation), EXPLANATION_MAX_CHARS);
    }

    /** Of a connection; the rest as in the record. */
    public static Report of(
            Connection connection,
            Instant time,
            @Nullable String hub,
            @Nullable String device,
            String reason,
            String explanation) {
        return new Report(
                time,
                connection.listener(),
                connection.remoteAddress(),
                connection.id(),
                hub,
                device,
                reason,
                explanation);
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
