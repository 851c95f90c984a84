package dev.holdfast.hub.service.http;

import dev.holdfast.base.DeviceId;
import dev.holdfast.hub.Hub;
import dev.holdfast.hub.http.Requests;
import dev.holdfast.hub.http.ServiceFault;
import dev.holdfast.hub.identity.ModuleName;
import dev.holdfast.hub.identity.RegistryRefusal;
import dev.holdfast.wire.http.HttpRequest;
import org.jspecify.annotations.Nullable;

/** A call that was let in, with the hub it is for. */
record ServiceCall(Hub hub, HttpRequest request) {
    /** The device that the path names: {@code /devices/{id}}. */
    DeviceId deviceId() throws ServiceFault {
        return Requests.deviceId(request.path().get(1));
    }

    /** The module that the path names: {@code /devices/{id}/modules/{module}}. */
    ModuleName moduleName() throws ServiceFault {
        return new ModuleName(deviceId(), Requests.moduleId(request.path().get(3)));
    }

    /**
     * Asks the registry whether it may be used for this now.
     *
     * @param device whom it is about; null where that is more than one
     * @param operations how many identities are read or changed
     */
    void admit(@Nullable DeviceId device, int operations) throws ServiceFault {
        RegistryRefusal why = hub.registry().admit(device, operations);
        if (why != null) {
            throw ServiceFault.of(why);
        }
    }
}
