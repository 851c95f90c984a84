package dev.holdfast.tls.report;

import java.time.Instant;
import java.util.List;

/** The ClientHello was understood, and what it offers does not fit what the policy, which has that name, accepts. Lists are in their owner's order. */
public sealed interface VerdictRefusal extends TlsRefusal {
    /** The client names (SNI) a host of this installation that is none. */
    record UnknownServerName(String serverName) implements VerdictRefusal {}

    /** Policy and client agree, and the Java runtime has what they agree on switched off. */
    record EngineCannot(String policy) implements VerdictRefusal {}

    record NoCommonVersion(String policy, List<String> offered, List<String> accepted) implements VerdictRefusal {
        public NoCommonVersion {
            offered = List.copyOf(offered);
            accepted = List.copyOf(accepted);
        }
    }

    /**
     * The client says that it tried a higher version before and fell back (RFC 7507), and the higher one would have worked:
     * someone between the two disturbs it.
     */
    record FallbackNotNeeded(String offered, String accepted) implements VerdictRefusal {}

    /**
     * The policy accepted this until a date, and nothing else of what the client offers.
     *
     * @param what the version or the suite
     * @param isVersion which of the two it is
     * @param at the first moment at which it was refused
     */
    record Retired(String policy, String what, boolean isVersion, Instant at) implements VerdictRefusal {}

    record NoCommonSuite(String policy, List<String> offered, List<String> accepted) implements VerdictRefusal {
        public NoCommonSuite {
            offered = List.copyOf(offered);
            accepted = List.copyOf(accepted);
        }
    }

    record NoCommonGroup(String policy, List<String> offered, List<String> accepted) implements VerdictRefusal {
        public NoCommonGroup {
            offered = List.copyOf(offered);
            accepted = List.copyOf(accepted);
        }
    }

    /** TLS 1.2 with ECDSA suites only: the server certificate's own curve has to be among the client's groups (RFC 8422 5.1). */
    record CertificateCurveNotOffered(List<String> offered, String curve) implements VerdictRefusal {
        public CertificateCurveNotOffered {
            offered = List.copyOf(offered);
        }
    }

    /** No server certificate can sign in a way that the client verifies. */
    record NoCommonSignature(String policy, List<String> offered, List<String> accepted) implements VerdictRefusal {
        public NoCommonSignature {
            offered = List.copyOf(offered);
            accepted = List.copyOf(accepted);
        }
    }
}
