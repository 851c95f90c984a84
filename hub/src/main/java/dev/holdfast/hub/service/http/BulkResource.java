package dev.holdfast.hub.service.http;

import dev.holdfast.base.DeviceId;
import dev.holdfast.base.Limits;
import dev.holdfast.hub.identity.Precondition;
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

/** {@code POST /devices}: up to a hundred changes in one call, each judged by itself. */
final class BulkResource {
    private final Limits.Registry limits;

    BulkResource(Limits.Registry limits) {
        this.limits = limits;
    }

    HttpResponse change(ServiceCall call) throws ServiceFault {
        @Nullable DeviceDocument[] items = JsonBody.read(call.request(), DeviceDocument[].class);
        if (items.length == 0) {
            throw ServiceFault.of(ServiceError.ARGUMENT_INVALID, "The body is an array of at least one device.");
        }
        if (items.length > limits.bulkMax()) {
            throw ServiceFault.of(
                    ServiceError.TOO_MANY_DEVICES,
                    "One call changes at most " + limits.bulkMax() + " devices, and this one has " + items.length
                            + ".");
        }
        Outcome outcome = new Outcome();
        List<RegistryRequest> requests = new ArrayList<>();
        Set<DeviceId> named = new HashSet<>();
        Set<DeviceId> withTwin = new HashSet<>();
        for (DeviceDocument item : items) {
            try {
                RegistryRequest request = request(item);
                if (!named.add(request.id())) {
                    throw ServiceFault.of(
                            ServiceError.DEVICE_DEFINED_MULTIPLE_TIMES,
                            "A device may be named once in a call, and the first time counts.");
                }
                requests.add(request);
                if (item != null && item.hasTwin()) {
                    withTwin.add(request.id());
                }
            } catch (ServiceFault fault) {
                outcome.fail(name(item), fault.error(), fault.toCaller());
            }
        }
        List<RegistryResult> results = call.hub().registry().applyAll(requests);
        for (int i = 0; i < results.size(); i++) {
            DeviceId id = requests.get(i).id();
            switch (results.get(i)) {
                case RegistryResult.Refused(var refusal) ->
                    outcome.fail(id.value(), ServiceFault.error(refusal), refusal.explain());
                case RegistryResult.Done _ -> {
                    if (withTwin.contains(id)) {
                        outcome.warnOfTwin(id);
                    }
                }
            }
        }
        return outcome.response();
    }

    private static String name(@Nullable DeviceDocument item) {
        if (item == null) {
            return "";
        }
        String name = item.id() == null ? item.deviceId() : item.id();
        return name == null ? "" : name;
    }

    private static RegistryRequest request(@Nullable DeviceDocument item) throws ServiceFault {
        if (item == null) {
            throw ServiceFault.of(ServiceError.ARGUMENT_NULL, "An element of the array is null.");
        }
        if (item.moduleId() != null) {
            throw ServiceFault.of(
                    ServiceError.FEATURE_NOT_SUPPORTED, "Modules are not served by this release of Holdfast yet.");
        }
        DeviceId id = ServiceCall.deviceId(name(item));
        String mode = item.importMode() == null ? "" : item.importMode().toLowerCase(Locale.ROOT);
        return switch (mode) {
            case "create" -> new RegistryRequest.Create(item.spec(id));
            case "update" -> new RegistryRequest.Replace(item.spec(id), new Precondition.Exists());
            case "updateifmatchetag" -> new RegistryRequest.Replace(item.spec(id), own(item));
            case "delete" -> new RegistryRequest.Delete(id, new Precondition.Exists());
            case "deleteifmatchetag" -> new RegistryRequest.Delete(id, own(item));
            case "updatetwin", "updatetwinifmatchetag" ->
                throw ServiceFault.of(
                        ServiceError.FEATURE_NOT_SUPPORTED,
                        "Device twins are not served by this release of Holdfast yet.");
            default ->
                throw ServiceFault.of(
                        ServiceError.ARGUMENT_INVALID,
                        "The importMode is create, update, updateIfMatchETag, delete or deleteIfMatchETag.");
        };
    }

    /** The condition that an element of the array carries itself. */
    private static Precondition own(DeviceDocument item) throws ServiceFault {
        if (item.eTag() == null) {
            throw ServiceFault.of(ServiceError.ARGUMENT_NULL, "This importMode needs the eTag of the device.");
        }
        return Precondition.ifMatch(item.eTag());
    }

    /** Collects what the answer says of each device. */
    private static final class Outcome {
        private final ArrayNode errors = JsonNodeFactory.instance.arrayNode();
        private final ArrayNode warnings = JsonNodeFactory.instance.arrayNode();

        void fail(String device, ServiceError error, String explanation) {
            errors.addObject()
                    .put("deviceId", device)
                    .put("errorCode", error.wireName())
                    .put("errorStatus", explanation);
        }

        void warnOfTwin(DeviceId device) {
            warnings.addObject()
                    .put("deviceId", device.value())
                    .put("warningCode", "DeviceRegisteredWithoutTwin")
                    .put(
                            "warningStatus",
                            "Device twins are not served by this release of Holdfast yet: tags and properties were"
                                    + " left out.");
        }

        HttpResponse response() {
            ObjectNode body = JsonNodeFactory.instance.objectNode();
            body.put("isSuccessful", errors.isEmpty());
            body.set("errors", errors);
            body.set("warnings", warnings);
            return HttpResponse.json(errors.isEmpty() ? 200 : 400, body.toString());
        }
    }
}
