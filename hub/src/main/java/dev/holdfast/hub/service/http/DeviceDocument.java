package dev.holdfast.hub.service.http;

import com.fasterxml.jackson.annotation.JsonAlias;
import dev.holdfast.base.DeviceId;
import dev.holdfast.hub.http.ServiceError;
import dev.holdfast.hub.http.ServiceFault;
import dev.holdfast.hub.identity.Authentication;
import dev.holdfast.hub.identity.DeviceSpec;
import dev.holdfast.hub.identity.ModuleName;
import dev.holdfast.hub.identity.ModuleSpec;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * A device or module as clients write it, one by one or in bulk. Everything may be absent or null; empty texts count as absent, because
 * clients send them for what they do not know. What is the registry's own (times, counts, connection state) is not read at all.
 *
 * @param id the name of the device in bulk calls
 * @param managedBy who looks after a module
 * @param tags of its twin, as {@code properties} are
 * @param twinETag the version of its twin that a change is about
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
        @Nullable String managedBy,
        @JsonAlias("twinEtag") @Nullable String twinETag,
        @Nullable SectionDocument tags,
        @Nullable PropertiesDocument properties) {
    private static final int SCOPES_MAX = 10;
    private static final int SCOPE_MAX_CHARS = 512;

    record CapabilitiesDocument(@Nullable Boolean iotEdge) {}

    /** Whether the client says something of its twin. */
    boolean hasTwin() {
        return tags != null || desired() != null;
    }

    @Nullable
    SectionDocument desired() {
        return PropertiesDocument.desiredOf(properties);
    }

    /** What the client wants the device of this id to be. */
    DeviceSpec spec(DeviceId device) throws ServiceFault {
        Authentication named = authentication == null ? null : authentication.requested();
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

    /** What the client wants the module of this name to be; members that are of devices only are passed over. */
    ModuleSpec spec(ModuleName module) throws ServiceFault {
        Authentication named = authentication == null ? null : authentication.requested();
        return new ModuleSpec(module, named, authentication != null && named == null, text(managedBy));
    }

    private boolean isEnabled() throws ServiceFault {
        return switch (lower(status)) {
            case "", "enabled" -> true;
            case "disabled" -> false;
            default -> throw invalid("The status is 'enabled' or 'disabled'.");
        };
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
