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
     * @param proof the certificates or the key that it came in by
     */
    record Accepted(
            Identity identity,
            String generation,
            AuthenticationMethod method,
            @Nullable Instant until,
            Proof proof) implements DeviceAuthentication {}

    record Refused(AuthenticationRefusal refusal) implements DeviceAuthentication {}
}
