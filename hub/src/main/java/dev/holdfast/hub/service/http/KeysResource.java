package dev.holdfast.hub.service.http;

import dev.holdfast.base.DeviceId;
import dev.holdfast.base.Limits;
import dev.holdfast.base.ModuleId;
import dev.holdfast.hub.http.Requests;
import dev.holdfast.hub.http.ServiceError;
import dev.holdfast.hub.http.ServiceFault;
import dev.holdfast.hub.identity.Authentication;
import dev.holdfast.hub.identity.Identity;
import dev.holdfast.hub.identity.KeyRenewal;
import dev.holdfast.hub.identity.ModuleRequest;
import dev.holdfast.hub.identity.ModuleResult;
import dev.holdfast.hub.identity.RegistryRefusal;
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
 * {@code POST /devices/keys/regenerate}, of api-version 2024-03-31: new keys for up to a hundred devices and modules, each judged by itself. The
 * status is 200 when all got theirs, 207 when some did and 400 when none did.
 */
final class KeysResource {
    private final Limits.Registry limits;

    KeysResource(Limits.Registry limits) {
        this.limits = limits;
    }

    /** A device or module that is to get new keys. */
    record Item(@Nullable String id, @Nullable String moduleId) {}

    record Document(@Nullable String policyKey, @Nullable List<@Nullable Item> devices) {}

    HttpResponse regenerate(ServiceCall call) throws ServiceFault {
        Document document = JsonBody.read(call.request(), Document.class);
        KeyRenewal which = which(document.policyKey());
        List<@Nullable Item> items = document.devices() == null ? List.of() : document.devices();
        if (items.isEmpty()) {
            throw ServiceFault.of(
                    ServiceError.ARGUMENT_INVALID, "The body has no 'devices' with at least one of them. Send some.");
        }
        if (items.size() > limits.bulkMax()) {
            throw ServiceFault.of(
                    ServiceError.TOO_MANY_DEVICES,
                    "One call renews the keys of at most " + limits.bulkMax() + " devices, and this one has "
                            + items.size() + ". Send them in several calls.");
        }
        call.admit(null, items.size());
        ArrayNode errors = JsonNodeFactory.instance.arrayNode();
        List<RegistryRequest> devices = new ArrayList<>();
        List<ModuleRequest> modules = new ArrayList<>();
        Set<Identity> named = new HashSet<>();
        for (Item item : items) {
            try {
                Identity identity = identity(item);
                if (!named.add(identity)) {
                    throw ServiceFault.of(
                            ServiceError.DEVICE_DEFINED_MULTIPLE_TIMES,
                            "A device or module may be named once in a call, and the first time counts. Send the rest in another"
                                    + " call.");
                }
                identity.moduleName()
                        .ifPresentOrElse(
                                name -> modules.add(new ModuleRequest.RenewKeys(name, which)),
                                () -> devices.add(new RegistryRequest.RenewKeys(identity.device(), which)));
            } catch (ServiceFault fault) {
                about(errors, item == null ? null : item.id(), item == null ? null : item.moduleId())
                        .put("errorCode", fault.error().wireName())
                        .put("errorStatus", fault.toCaller());
            }
        }
        ArrayNode renewed = JsonNodeFactory.instance.arrayNode();
        List<RegistryResult> ofDevices = call.hub().registry().applyAll(devices);
        for (int i = 0; i < ofDevices.size(); i++) {
            switch (ofDevices.get(i)) {
                case RegistryResult.Done(var device) ->
                    addKeys(renewed, Identity.of(device.id()), device.authentication());
                case RegistryResult.Refused(var why) ->
                    addError(errors, Identity.of(devices.get(i).id()), why);
            }
        }
        List<ModuleResult> ofModules = call.hub().registry().modules().applyAll(modules);
        for (int i = 0; i < ofModules.size(); i++) {
            switch (ofModules.get(i)) {
                case ModuleResult.Done(var module) ->
                    addKeys(renewed, module.name().identity(), module.authentication());
                case ModuleResult.Refused(var why) ->
                    addError(errors, modules.get(i).name().identity(), why);
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
                        ServiceError.INVALID_POLICY_KEY,
                        "The policyKey is none of primaryKey, secondaryKey and both. Send one of these.");
        };
    }

    private static Identity identity(@Nullable Item item) throws ServiceFault {
        if (item == null || item.id() == null) {
            throw ServiceFault.of(ServiceError.ARGUMENT_NULL, "An element of 'devices' has no id. Give it one.");
        }
        DeviceId device = Requests.deviceId(item.id());
        String module = item.moduleId();
        return module == null || module.isEmpty()
                ? Identity.of(device)
                : new Identity(device, Requests.moduleId(module));
    }

    private static void addKeys(ArrayNode renewed, Identity identity, Authentication authentication) {
        if (authentication instanceof Authentication.Sas(var keys)) {
            about(renewed, identity)
                    .put("primaryKey", keys.primary().base64())
                    .put("secondaryKey", keys.secondary().base64());
        }
    }

    private static void addError(ArrayNode errors, Identity identity, RegistryRefusal why) {
        about(errors, identity)
                .put("errorCode", ServiceFault.error(why).wireName())
                .put("errorStatus", why.explain());
    }

    private static ObjectNode about(ArrayNode list, Identity identity) {
        ModuleId module = identity.module();
        return about(list, identity.device().value(), module == null ? null : module.value());
    }

    private static ObjectNode about(ArrayNode list, @Nullable String id, @Nullable String moduleId) {
        ObjectNode entry = list.addObject().put("id", id);
        if (moduleId != null) {
            entry.put("moduleId", moduleId);
        }
        return entry;
    }
}
