package dev.holdfast.hub.identity;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** The judgement on {@link DeviceCredentials}. */
public sealed interface DeviceAuthentication {
    /**
     * Let in.
     *
     * @param generation of the registered device
     * @param until the end of the token, allowance included; null for a certificate
     * @param authority the certificate of the authority that the device's led to; null when none counted
     */
    record Accepted(
            Identity identity,
            String generation,
            AuthenticationMethod method,
            @Nullable Instant until,
            @Nullable Thumbprint authority)
            implements DeviceAuthentication {}

    record Refused(AuthenticationRefusal refusal) implements DeviceAuthentication {}
}
