package dev.holdfast.hub;

import org.jspecify.annotations.Nullable;

/**
 * What an operator decides about a hub's TLS.
 *
 * @param strict made with {@code minTlsVersion} 1.2, which stays as it is: TLS 1.2 with the recommended suites
 * @param ecc whether a strict hub takes the ECDSA suites beside the RSA ones
 * @param policy the name of a TLS policy that an operator gave it later, which wins; null for none
 * @param reportOnly the name of a policy that is tried beside the one that holds: whom it would refuse is reported and let in;
 *     null for none
 */
public record HubTls(
        boolean strict,
        boolean ecc,
        @Nullable String policy,
        @Nullable String reportOnly) {
    /** A hub that was given nothing of its own. */
    public static final HubTls STANDARD = new HubTls(false, true, null, null);

    /** The only value that {@code minTlsVersion} has. */
    public static final String MIN_TLS_VERSION = "1.2";

    /**
     * The policy that holds, by its name.
     *
     * @param byDefault that of hubs which were given none
     */
    public String policyName(String byDefault) {
        if (policy != null) {
            return policy;
        }
        if (strict) {
            return ecc ? "hub-2021-strict-ecc" : "hub-2021-strict";
        }
        return byDefault;
    }

    HubTls withPolicy(@Nullable String other) {
        return new HubTls(strict, ecc, other, reportOnly);
    }

    HubTls withReportOnly(@Nullable String other) {
        return new HubTls(strict, ecc, policy, other);
    }
}
