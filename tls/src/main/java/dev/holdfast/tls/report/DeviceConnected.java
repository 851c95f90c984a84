package dev.holdfast.tls.report;

import dev.holdfast.wire.Connection;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A device or module was let in. The opposite of a {@link Report}, and handed on in the same way: to a consumer that is quick.
 *
 * @param device its id, or {@code device/module}
 * @param client what the client calls itself, made printable; null when it does not say
 * @param authentication how it proved who it is: {@code sas} or {@code x509}
 */
public record DeviceConnected(
        Instant time,
        Connection connection,
        String hub,
        String device,
        @Nullable String client,
        String authentication) {
    private static final int CLIENT_MAX_CHARS = 256;

    public DeviceConnected {
        client = client == null ? null : Report.cleaned(client, CLIENT_MAX_CHARS);
    }
}
