package dev.holdfast.insight.trace;

import dev.holdfast.tls.report.Report;
import java.net.InetAddress;
import org.jspecify.annotations.Nullable;

/**
 * Whose handshake is meant; what is null may be anything.
 *
 * @param device its id, which means its modules, too, or {@code device/module}
 * @param hub its name
 */
public record TraceFilter(
        @Nullable String device,
        @Nullable String hub,
        @Nullable InetAddress address) {
    private static final int DEVICE_MAX_CHARS = 260;

    public TraceFilter {
        device = device == null ? null : asReported(device);
    }

    /** All that is known when a connection is accepted. */
    boolean fits(InetAddress from) {
        return address == null || address.equals(from);
    }

    boolean fits(TracedHandshake handshake) {
        return fits(handshake.address().getAddress())
                && (hub == null || hub.equals(handshake.hub()))
                && (device == null || isDevice(device, handshake.outcome().device()));
    }

    private static boolean isDevice(String wanted, @Nullable String named) {
        String reported = named == null ? "" : asReported(named);
        return reported.equals(wanted) || reported.startsWith(wanted + "/");
    }

    /** A report has names without what looks like a secret. */
    private static String asReported(String device) {
        return Report.cleaned(device, DEVICE_MAX_CHARS);
    }
}
