package dev.holdfast.server.setting;

/**
 * A domain and the trust world that it is in.
 *
 * @param domain in lower case
 * @param world a name that {@link dev.holdfast.pki.TrustWorld#isName} takes
 */
public record WorldDomain(String domain, String world) {
    @Override
    public String toString() {
        return domain + "=" + world;
    }
}
