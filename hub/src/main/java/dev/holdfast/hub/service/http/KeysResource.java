package dev.holdfast.hub.service.http;

import dev.holdfast.base.DeviceId;
import dev.holdfast.base.Limits;
import dev.holdfast.hub.identity.Authentication;
import dev.holdfast.hub.identity.Device;
import dev.holdfast.hub.identity.KeyRenewal;
import dev.holdfast.hub.identity.RegistryRequest;
import dev.holdfast.hub.identity.RegistryResult;
import dev.holdfast.wire.http.HttpResponse;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * {@code POST /devices/keys/regenerate}, of api-version 2024-03-31: new keys for up to a hundred devices, each judged by itself. The
 * status is 200 when all got theirs, 207 when some did and 400 when none did.
 */
final class KeysResource {
    private final Limits.Registry limits;

    KeysResource(Limits.Registry limits) {
        this.limits = limits;
    }

    /** A device that is to get new keys. */
    record Item(@Nullable String id, @Nullable String moduleId) {}

    record Document(@Nullable String policyKey, @Nullable List<@Nullable Item> devices) {}

    HttpResponse regenerate(ServiceCall call) throws ServiceFault {
        Document document = JsonBody.read(call.request(), Document.class);
        KeyRenewal which = which(document.policyKey());
        List<@Nullable Item> items = document.devices() == null ? List.of() : document.devices();
        if (items.isEmpty()) {
            throw ServiceFault.of(ServiceError.ARGUMENT_INVALID, "The body needs 'devices' with at least one of them.");
        }
        if (items.size() > limits.bulkMax()) {
            throw ServiceFault.of(
                    ServiceError.TOO_MANY_DEVICES,
                    "One call renews the keys of at most " + limits.bulkMax() + " devices, and this one has "
                            + items.size() + ".");
        }
        ArrayNode errors = JsonNodeFactory.instance.arrayNode();
        List<RegistryRequest> requests = new ArrayList<>();
        Set<DeviceId> named = new HashSet<>();
        for (Item item : items) {
            try {
                DeviceId id = id(item);
                if (!named.add(id)) {
                    throw ServiceFault.of(
                            ServiceError.DEVICE_DEFINED_MULTIPLE_TIMES,
                            "A device may be named once in a call, and the first time counts.");
                }
                requests.add(new RegistryRequest.RenewKeys(id, which));
            } catch (ServiceFault fault) {
                addError(errors, item == null ? null : item.id(), fault.error(), fault.toCaller());
            }
        }
        ArrayNode renewed = JsonNodeFactory.instance.arrayNode();
        List<RegistryResult> results = call.hub().registry().applyAll(requests);
        for (int i = 0; i < results.size(); i++) {
            switch (results.get(i)) {
                case RegistryResult.Done(var device) -> addKeys(renewed, device);
                case RegistryResult.Refused(var why) ->
                    addError(errors, requests.get(i).id().value(), ServiceFault.error(why), why.explain());
            }
        }
        return answer(document.policyKey(), renewed, errors);
    }

    private static HttpResponse answer(@Nullable String policyKey, ArrayNode renewed, ArrayNode errors) {
        ObjectNode body = JsonNodeFactory.instance.objectNode().put("policyKey", policyKey);
        body.set("rotatedKeys", renewed);
        body.set("errors", errors);
        int status = errors.isEmpty() ? 200 : renewed.isEmpty() ? 400 : 207;
        return HttpResponse.json(status, body.toString());
    }

    private static KeyRenewal which(@Nullable String policyKey) throws ServiceFault {
        return switch (policyKey == null ? "" : policyKey.toLowerCase(Locale.ROOT)) {
            case "primarykey" -> KeyRenewal.PRIMARY;
            case "secondarykey" -> KeyRenewal.SECONDARY;
            case "both" -> KeyRenewal.BOTH;
            default ->
                throw ServiceFault.of(
                        ServiceError.INVALID_POLICY_KEY, "The policyKey is primaryKey, secondaryKey or both.");
        };
    }

    private static DeviceId id(@Nullable Item item) throws ServiceFault {
        if (item == null || item.id() == null) {
            throw ServiceFault.of(ServiceError.ARGUMENT_NULL, "An element of 'devices' needs an id.");
        }
        if (item.moduleId() != null && !item.moduleId().isEmpty()) {
            throw ServiceFault.of(
                    ServiceError.FEATURE_NOT_SUPPORTED, "Modules are not served by this release of Holdfast yet.");
        }
        return ServiceCall.deviceId(item.id());
    }

    private static void addKeys(ArrayNode renewed, Device device) {
        if (device.authentication() instanceof Authentication.Sas(var keys)) {
            renewed.addObject()
                    .put("id", device.id().value())
                    .put("primaryKey", keys.primary().base64())
                    .put("secondaryKey", keys.secondary().base64());
        }
    }

    private static void addError(ArrayNode errors, @Nullable String id, ServiceError error, String explanation) {
        errors.addObject().put("id", id).put("errorCode", error.wireName()).put("errorStatus", explanation);
    }
}
