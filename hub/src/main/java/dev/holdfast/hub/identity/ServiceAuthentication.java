package dev.holdfast.hub.identity;

import java.time.Instant;

/** The judgement on a back end's token. */
public sealed interface ServiceAuthentication {
    /** @param until the end of the token, allowance included */
    record Accepted(String policy, Instant until) implements ServiceAuthentication {}

    record Refused(AuthenticationRefusal refusal) implements ServiceAuthentication {}
}
