package dev.holdfast.hub.service.http;

import dev.holdfast.hub.identity.Authentication;
import dev.holdfast.hub.identity.Thumbprint;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** How a device or module proves itself, as clients read it: every member, null where there is nothing. Holds keys. */
final class AuthenticationJson {
    private AuthenticationJson() {}

    static ObjectNode of(Authentication authentication) {
        String primaryKey = null;
        String secondaryKey = null;
        Thumbprint primary = null;
        Thumbprint secondary = null;
        switch (authentication) {
            case Authentication.Sas(var keys) -> {
                primaryKey = keys.primary().base64();
                secondaryKey = keys.secondary().base64();
            }
            case Authentication.SelfSigned(var first, var second) -> {
                primary = first;
                secondary = second;
            }
            case Authentication.CertificateAuthority(), Authentication.None() -> {}
        }
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        json.putObject("symmetricKey").put("primaryKey", primaryKey).put("secondaryKey", secondaryKey);
        json.putObject("x509Thumbprint")
                .put("primaryThumbprint", hex(primary))
                .put("secondaryThumbprint", hex(secondary));
        json.put("type", authentication.wireName());
        return json;
    }

    private static @Nullable String hex(@Nullable Thumbprint thumbprint) {
        return thumbprint == null ? null : thumbprint.hex();
    }
}
