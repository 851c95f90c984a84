package dev.holdfast.tls.policy;

import dev.holdfast.tls.hello.CipherSuite;
import dev.holdfast.tls.hello.TlsVersion;
import java.time.Instant;
import java.util.List;

/** Until when a policy accepts a version or a suite; judged at each handshake. */
public sealed interface Retirement {
    /** @param at the first moment at which it is refused */
    record OfVersion(TlsVersion version, Instant at) implements Retirement {}

    /** @param at the first moment at which it is refused */
    record OfSuite(CipherSuite suite, Instant at) implements Retirement {}

    Instant at();

    default boolean isInEffect(Instant now) {
        return !now.isBefore(at());
    }

    default boolean covers(TlsVersion version) {
        return this instanceof OfVersion(var retiring, var _) && retiring == version;
    }

    default boolean covers(CipherSuite suite) {
        return this instanceof OfSuite(var retiring, var _) && retiring.equals(suite);
    }

    /** What retires, as people call it. */
    default String what() {
        return switch (this) {
            case OfVersion(var version, var _) -> version.toString();
            case OfSuite(var suite, var _) -> suite.name();
        };
    }

    /** When a version ends; {@link Instant#MAX} for never. */
    static Instant endOf(TlsVersion version, List<Retirement> retirements) {
        return retirements.stream()
                .filter(retirement -> retirement.covers(version))
                .map(Retirement::at)
                .min(Instant::compareTo)
                .orElse(Instant.MAX);
    }

    /** When a suite ends; {@link Instant#MAX} for never. */
    static Instant endOf(CipherSuite suite, List<Retirement> retirements) {
        return retirements.stream()
                .filter(retirement -> retirement.covers(suite))
                .map(Retirement::at)
                .min(Instant::compareTo)
                .orElse(Instant.MAX);
    }
}
