package dev.holdfast.tls.listen;

import dev.holdfast.tls.report.HandshakeFailure.AlertReceived;
import dev.holdfast.tls.report.HandshakeFailure.HandshakeRejected;
import dev.holdfast.tls.report.TlsRefusal;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Which alert a failed handshake ended with, for a report. */
final class AlertSeen {
    /** The engine begins its words with the alert that it sends. */
    private static final Pattern SENT = Pattern.compile("^\\(([a-z_]{1,40})\\) ");

    private AlertSeen() {}

    /** Such as {@code sent handshake_failure}; null when there was none. */
    static @Nullable String of(TlsRefusal why) {
        if (why instanceof AlertReceived(var alert, var _)) {
            return "received " + alert;
        }
        if (why instanceof HandshakeRejected(var what)) {
            Matcher sent = SENT.matcher(what);
            return sent.find() ? "sent " + sent.group(1) : null;
        }
        return Alert.of(why)
                .map(alert -> "sent " + alert.name().toLowerCase(Locale.ROOT))
                .orElse(null);
    }
}
