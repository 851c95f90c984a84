package dev.holdfast.hub.identity;

import dev.holdfast.base.HubName;
import java.util.List;
import java.util.Optional;

/** What judging a token or a certificate needs to know of a hub. */
public interface HubAccess {
    HubName name();

    /** What the hub's connection strings say. */
    String hostName();

    /** A shared access policy by its name, compared by case. */
    Optional<SharedAccessPolicy> policy(String policyName);

    /** Whose certificates let devices in. */
    List<CertificateAuthority> authorities();
}
