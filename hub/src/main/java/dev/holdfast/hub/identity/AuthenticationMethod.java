package dev.holdfast.hub.identity;

/**
 * How an identity proved itself; stamped on its messages as JSON with the same three members.
 *
 * @param scope {@code device}, {@code module} or {@code hub} (a hub policy's token)
 * @param type {@code sas} or {@code x509}
 * @param issuer {@code iothub} for keys it made, {@code external} for certificates
 */
public record AuthenticationMethod(String scope, String type, String issuer) {
    public String toJson() {
        return "{\"scope\":\"" + scope + "\",\"type\":\"" + type + "\",\"issuer\":\"" + issuer
                + "\",\"acceptingIpFilterRule\":null}";
    }
}
