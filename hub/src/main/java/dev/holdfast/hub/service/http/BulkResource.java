package dev.holdfast.hub.service.http;

import dev.holdfast.base.DeviceId;
import dev.holdfast.base.Limits;
import dev.holdfast.hub.http.Requests;
import dev.holdfast.hub.http.ServiceError;
import dev.holdfast.hub.http.ServiceFault;
import dev.holdfast.hub.identity.Identity;
import dev.holdfast.hub.identity.ModuleName;
import dev.holdfast.hub.identity.ModuleRequest;
import dev.holdfast.hub.identity.ModuleResult;
import dev.holdfast.hub.identity.Precondition;
import dev.holdfast.hub.identity.RegistryRequest;
import dev.holdfast.hub.identity.RegistryResult;
import dev.holdfast.hub.twin.TwinRequest;
import dev.holdfast.hub.twin.TwinResult;
import dev.holdfast.hub.twin.Twins;
import dev.holdfast.wire.http.HttpResponse;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** {@code POST /devices}: up to a hundred changes of devices and modules in one call, each judged by itself. */
final class BulkResource {
    private final Limits.Registry limits;

    BulkResource(Limits.Registry limits) {
        this.limits = limits;
    }

    HttpResponse change(ServiceCall call) throws ServiceFault {
        Twins twins = call.hub().twins();
        @Nullable DeviceDocument[] items = JsonBody.read(call.request(), DeviceDocument[].class, twins.reader());
        if (items.length == 0) {
            throw ServiceFault.of(
                    ServiceError.ARGUMENT_INVALID, "The body is no array of at least one device. Send one.");
        }
        if (items.length > limits.bulkMax()) {
            throw ServiceFault.of(
                    ServiceError.TOO_MANY_DEVICES,
                    "One call changes at most " + limits.bulkMax() + " devices, and this one has " + items.length
                            + ". Send them in several calls.");
        }
        call.admit(null, items.length);
        BulkOutcome outcome = new BulkOutcome();
        List<RegistryRequest> devices = new ArrayList<>();
        List<ModuleRequest> modules = new ArrayList<>();
        Set<Identity> named = new HashSet<>();
        Map<Identity, TwinRequest> ofTwins = new LinkedHashMap<>();
        for (DeviceDocument given : items) {
            try {
                DeviceDocument item = present(given);
                Identity identity = identity(item);
                ModuleName module = identity.moduleName().orElse(null);
                TwinRequest twin = BulkTwins.change(item, identity);
                boolean twinAlone = twin != null;
                RegistryRequest ofDevice = twinAlone || module != null ? null : request(item, identity.device(), twins);
                ModuleRequest ofModule = twinAlone || module == null ? null : request(item, module, twins);
                if (ofDevice instanceof RegistryRequest.Replace || ofModule instanceof ModuleRequest.Replace) {
                    twin = BulkTwins.replacement(item, identity);
                }
                if (!named.add(identity)) {
                    throw ServiceFault.of(
                            ServiceError.DEVICE_DEFINED_MULTIPLE_TIMES,
                            "A device or module may be named once in a call, and the first time counts. Send the rest in another"
                                    + " call.");
                }
                if (ofDevice != null) {
                    devices.add(ofDevice);
                }
                if (ofModule != null) {
                    modules.add(ofModule);
                }
                if (twin != null) {
                    ofTwins.put(identity, twin);
                }
            } catch (ServiceFault fault) {
                outcome.fail(name(given), given == null ? null : given.moduleId(), fault.error(), fault.toCaller());
            }
        }
        // Devices first: a call may register a device and its modules.
        List<RegistryResult> ofDevices = call.hub().registry().applyAll(devices);
        for (int i = 0; i < ofDevices.size(); i++) {
            Identity identity = Identity.of(devices.get(i).id());
            if (ofDevices.get(i) instanceof RegistryResult.Refused(var why)) {
                outcome.fail(identity, ServiceFault.error(why), why.explain());
                ofTwins.remove(identity);
            }
        }
        List<ModuleResult> ofModules = call.hub().registry().modules().applyAll(modules);
        for (int i = 0; i < ofModules.size(); i++) {
            Identity identity = modules.get(i).name().identity();
            if (ofModules.get(i) instanceof ModuleResult.Refused(var why)) {
                outcome.fail(identity, ServiceFault.error(why), why.explain());
                ofTwins.remove(identity);
            }
        }
        ofTwins.forEach((identity, request) -> {
            if (twins.apply(request) instanceof TwinResult.Refused(var why)) {
                outcome.fail(identity, ServiceFault.error(why), why.explain());
            }
        });
        return outcome.response();
    }

    private static String name(@Nullable DeviceDocument item) {
        if (item == null) {
            return "";
        }
        String name = item.id() == null ? item.deviceId() : item.id();
        return name == null ? "" : name;
    }

    private static DeviceDocument present(@Nullable DeviceDocument item) throws ServiceFault {
        if (item == null) {
            throw ServiceFault.of(
                    ServiceError.ARGUMENT_NULL, "An element of the array is null. Send a device in its place.");
        }
        return item;
    }

    private static Identity identity(DeviceDocument item) throws ServiceFault {
        DeviceId device = Requests.deviceId(name(item));
        String module = item.moduleId();
        return module == null || module.isEmpty()
                ? Identity.of(device)
                : new Identity(device, Requests.moduleId(module));
    }

    private static RegistryRequest request(DeviceDocument item, DeviceId id, Twins twins) throws ServiceFault {
        return switch (mode(item)) {
            case CREATE -> new RegistryRequest.Create(item.spec(id), BulkTwins.initial(item, twins));
            case UPDATE -> new RegistryRequest.Replace(item.spec(id), new Precondition.Exists());
            case UPDATE_IF_MATCH -> new RegistryRequest.Replace(item.spec(id), own(item));
            case DELETE -> new RegistryRequest.Delete(id, new Precondition.Exists());
            case DELETE_IF_MATCH -> new RegistryRequest.Delete(id, own(item));
        };
    }

    private static ModuleRequest request(DeviceDocument item, ModuleName name, Twins twins) throws ServiceFault {
        return switch (mode(item)) {
            case CREATE -> new ModuleRequest.Create(item.spec(name), BulkTwins.initial(item, twins));
            case UPDATE -> new ModuleRequest.Replace(item.spec(name), new Precondition.Exists());
            case UPDATE_IF_MATCH -> new ModuleRequest.Replace(item.spec(name), own(item));
            case DELETE -> new ModuleRequest.Delete(name, new Precondition.Exists());
            case DELETE_IF_MATCH -> new ModuleRequest.Delete(name, own(item));
        };
    }

    /** What is to be done with an element of the array. */
    private enum Mode {
        CREATE,
        UPDATE,
        UPDATE_IF_MATCH,
        DELETE,
        DELETE_IF_MATCH
    }

    private static Mode mode(DeviceDocument item) throws ServiceFault {
        String mode = item.importMode() == null ? "" : item.importMode().toLowerCase(Locale.ROOT);
        return switch (mode) {
            case "create" -> Mode.CREATE;
            case "update" -> Mode.UPDATE;
            case "updateifmatchetag" -> Mode.UPDATE_IF_MATCH;
            case "delete" -> Mode.DELETE;
            case "deleteifmatchetag" -> Mode.DELETE_IF_MATCH;
            default ->
                throw ServiceFault.of(
                        ServiceError.ARGUMENT_INVALID,
                        "The importMode is create, update, updateIfMatchETag, delete, deleteIfMatchETag, updateTwin or"
                                + " updateTwinIfMatchETag.");
        };
    }

    /** The condition that an element of the array carries itself. */
    private static Precondition own(DeviceDocument item) throws ServiceFault {
        if (item.eTag() == null) {
            throw ServiceFault.of(
                    ServiceError.ARGUMENT_NULL, "This importMode needs the eTag of the device or module. Send it.");
        }
        return Precondition.ifMatch(item.eTag());
    }
}
