package dev.holdfast.hub.identity;

import java.util.List;

/** What became of a change of a hub's certificate authorities. */
public sealed interface AuthorityChange {
    /** The authorities as they are to be from now on; nothing is stored yet. */
    record Done(List<CertificateAuthority> authorities) implements AuthorityChange {
        public Done {
            authorities = List.copyOf(authorities);
        }
    }

    record Refused(AuthorityRefusal refusal) implements AuthorityChange {}
}
