package dev.holdfast.hub.service.http;

import dev.holdfast.hub.http.ServiceError;
import dev.holdfast.hub.http.ServiceFault;
import dev.holdfast.hub.identity.Authentication;
import dev.holdfast.hub.identity.SymmetricKey;
import dev.holdfast.hub.identity.SymmetricKeys;
import dev.holdfast.hub.identity.Thumbprint;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** How a device or module proves itself, as clients write it. Empty texts count as absent. */
record AuthenticationDocument(
        @Nullable String type,
        @Nullable SymmetricKeyDocument symmetricKey,
        @Nullable ThumbprintDocument x509Thumbprint) {
    record SymmetricKeyDocument(
            @Nullable String primaryKey, @Nullable String secondaryKey) {
        @Override
        public String toString() {
            return "SymmetricKeyDocument[hidden]";
        }
    }

    record ThumbprintDocument(
            @Nullable String primaryThumbprint, @Nullable String secondaryThumbprint) {}

    /** What is asked for; null for symmetric keys that are not named. */
    @Nullable
    Authentication requested() throws ServiceFault {
        ThumbprintDocument shown = x509Thumbprint;
        String primary = shown == null ? "" : text(shown.primaryThumbprint());
        String secondary = shown == null ? "" : text(shown.secondaryThumbprint());
        String named = text(type).toLowerCase(Locale.ROOT);
        if (named.isEmpty()) {
            named = primary.isEmpty() && secondary.isEmpty() ? "sas" : "selfsigned";
        }
        return switch (named) {
            case "sas" -> sas(symmetricKey);
            case "selfsigned" -> {
                if (primary.isEmpty() && secondary.isEmpty()) {
                    throw invalid("The type selfSigned needs a primaryThumbprint or a secondaryThumbprint.");
                }
                yield new Authentication.SelfSigned(thumbprint(primary), thumbprint(secondary));
            }
            case "certificateauthority" -> new Authentication.CertificateAuthority();
            case "none" -> new Authentication.None();
            default -> throw invalid("The type is sas, selfSigned, certificateAuthority or none.");
        };
    }

    /** Both keys or neither: half a pair is a mistake that would be found when the other half is needed. */
    private static @Nullable Authentication sas(@Nullable SymmetricKeyDocument keys) throws ServiceFault {
        String primary = keys == null ? "" : text(keys.primaryKey());
        String secondary = keys == null ? "" : text(keys.secondaryKey());
        if (primary.isEmpty() && secondary.isEmpty()) {
            return null;
        }
        if (primary.isEmpty() || secondary.isEmpty()) {
            throw invalid("Give both primaryKey and secondaryKey, or neither to have them made.");
        }
        return new Authentication.Sas(new SymmetricKeys(key(primary, "primaryKey"), key(secondary, "secondaryKey")));
    }

    private static SymmetricKey key(String base64, String name) throws ServiceFault {
        return SymmetricKey.parse(base64)
                .orElseThrow(() -> invalid("The " + name + " is not base64 of 16 to 64 bytes."));
    }

    private static @Nullable Thumbprint thumbprint(String text) throws ServiceFault {
        return text.isEmpty()
                ? null
                : Thumbprint.parse(text)
                        .orElseThrow(() -> invalid("A thumbprint has 40 (SHA-1) or 64 (SHA-256) hex digits."));
    }

    private static String text(@Nullable String text) {
        return text == null ? "" : text;
    }

    private static ServiceFault invalid(String explanation) {
        return ServiceFault.of(ServiceError.ARGUMENT_INVALID, explanation);
    }
}
