package dev.holdfast.hub.service.http;

import com.fasterxml.jackson.annotation.JsonAlias;
import dev.holdfast.base.DeviceId;
import dev.holdfast.hub.identity.Authentication;
import dev.holdfast.hub.identity.DeviceSpec;
import dev.holdfast.hub.identity.SymmetricKey;
import dev.holdfast.hub.identity.SymmetricKeys;
import dev.holdfast.hub.identity.Thumbprint;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * A device as clients write it, one by one or in bulk. Everything may be absent or null; empty texts count as absent, because
 * clients send them for what they do not know. What is the registry's own (times, counts, connection state) is not read at all.
 *
 * @param id the name of the device in bulk calls
 * @param tags and {@code properties} of an initial twin
 */
record DeviceDocument(
        @Nullable String deviceId,
        @Nullable String id,
        @Nullable String moduleId,
        @JsonAlias("etag") @Nullable String eTag,
        @Nullable String importMode,
        @Nullable String status,
        @Nullable String statusReason,
        @Nullable AuthenticationDocument authentication,
        @Nullable CapabilitiesDocument capabilities,
        @Nullable String deviceScope,
        @Nullable List<@Nullable String> parentScopes,
        @Nullable Unread tags,
        @Nullable Unread properties) {
    private static final int SCOPES_MAX = 10;
    private static final int SCOPE_MAX_CHARS = 512;

    record AuthenticationDocument(
            @Nullable String type,
            @Nullable SymmetricKeyDocument symmetricKey,
            @Nullable ThumbprintDocument x509Thumbprint) {}

    record SymmetricKeyDocument(
            @Nullable String primaryKey, @Nullable String secondaryKey) {
        @Override
        public String toString() {
            return "SymmetricKeyDocument[hidden]";
        }
    }

    record ThumbprintDocument(
            @Nullable String primaryThumbprint, @Nullable String secondaryThumbprint) {}

    /** An object of which only matters that it is there: its members are passed over and cost no memory. */
    record Unread() {}

    record CapabilitiesDocument(@Nullable Boolean iotEdge) {}

    /** Whether the client wants a twin to begin with. */
    boolean hasTwin() {
        return tags != null || properties != null;
    }

    /** What the client wants the device of this id to be. */
    DeviceSpec spec(DeviceId device) throws ServiceFault {
        Authentication named = authentication == null ? null : requested(authentication);
        return new DeviceSpec(
                device,
                isEnabled(),
                statusReason == null ? "" : statusReason,
                named,
                authentication != null && named == null,
                capabilities != null && Boolean.TRUE.equals(capabilities.iotEdge()),
                scope(deviceScope),
                scopes());
    }

    private boolean isEnabled() throws ServiceFault {
        return switch (lower(status)) {
            case "", "enabled" -> true;
            case "disabled" -> false;
            default -> throw invalid("The status is 'enabled' or 'disabled'.");
        };
    }

    private static @Nullable Authentication requested(AuthenticationDocument document) throws ServiceFault {
        ThumbprintDocument shown = document.x509Thumbprint();
        String primary = shown == null ? "" : text(shown.primaryThumbprint());
        String secondary = shown == null ? "" : text(shown.secondaryThumbprint());
        String type = lower(document.type());
        if (type.isEmpty()) {
            type = primary.isEmpty() && secondary.isEmpty() ? "sas" : "selfsigned";
        }
        return switch (type) {
            case "sas" -> sas(document.symmetricKey());
            case "selfsigned" -> {
                if (primary.isEmpty() && secondary.isEmpty()) {
                    throw invalid("A device of type selfSigned needs a primaryThumbprint or a secondaryThumbprint.");
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

    private List<String> scopes() throws ServiceFault {
        if (parentScopes == null) {
            return List.of();
        }
        if (parentScopes.size() > SCOPES_MAX) {
            throw invalid("A device has at most " + SCOPES_MAX + " parentScopes.");
        }
        List<String> scopes = new ArrayList<>();
        for (String parent : parentScopes) {
            String scope = scope(parent);
            if (scope != null) {
                scopes.add(scope);
            }
        }
        return scopes;
    }

    private static @Nullable String scope(@Nullable String text) throws ServiceFault {
        if (text != null && text.length() > SCOPE_MAX_CHARS) {
            throw invalid("A deviceScope has at most " + SCOPE_MAX_CHARS + " characters.");
        }
        return text(text).isEmpty() ? null : text;
    }

    private static String text(@Nullable String text) {
        return text == null ? "" : text;
    }

    private static String lower(@Nullable String text) {
        return text(text).toLowerCase(Locale.ROOT);
    }

    private static ServiceFault invalid(String explanation) {
        return ServiceFault.of(ServiceError.ARGUMENT_INVALID, explanation);
    }
}
