package dev.holdfast.hub.identity;

import org.jspecify.annotations.Nullable;

/** How a device proves who it is; what the registry keeps for it. */
public sealed interface Authentication {
    /** The type as the service API spells it. */
    String wireName();

    /**
     * Whether something that opened the device before does not any more, so that whatever connection it has must end. New keys do
     * not count: they end what the old ones opened, and nothing else.
     */
    default boolean withdraws(Authentication before) {
        return switch (before) {
            case Sas _ -> !(this instanceof Sas);
            case SelfSigned(var primary, var secondary) -> !(accepts(primary) && accepts(secondary));
            case CertificateAuthority _, None _ -> !equals(before);
        };
    }

    private boolean accepts(@Nullable Thumbprint thumbprint) {
        return thumbprint == null
                || (this instanceof SelfSigned(var primary, var secondary)
                        && (thumbprint.equals(primary) || thumbprint.equals(secondary)));
    }

    /** A token signed with one of two keys. */
    record Sas(SymmetricKeys keys) implements Authentication {
        @Override
        public String wireName() {
            return "sas";
        }

        /** What people may know of it. */
        @Override
        public String toString() {
            return wireName();
        }
    }

    /**
     * A certificate whose thumbprint is one of two; who issued it does not matter.
     *
     * @param secondary null when only one is registered
     */
    record SelfSigned(
            @Nullable Thumbprint primary, @Nullable Thumbprint secondary) implements Authentication {
        public SelfSigned {
            if (primary == null && secondary == null) {
                throw new IllegalArgumentException("at least one thumbprint must be registered");
            }
        }

        @Override
        public String wireName() {
            return "selfSigned";
        }

        /** What people may know of it, which is all. */
        @Override
        public String toString() {
            return wireName()
                    + (primary == null ? "" : ", primary " + primary)
                    + (secondary == null ? "" : ", secondary " + secondary);
        }
    }

    /** A certificate with the device id as common name, issued under a registered authority. */
    record CertificateAuthority() implements Authentication {
        @Override
        public String wireName() {
            return "certificateAuthority";
        }

        @Override
        public String toString() {
            return wireName();
        }
    }

    /** No credential of its own: only a token of a hub policy opens it. */
    record None() implements Authentication {
        @Override
        public String wireName() {
            return "none";
        }

        @Override
        public String toString() {
            return wireName();
        }
    }
}
