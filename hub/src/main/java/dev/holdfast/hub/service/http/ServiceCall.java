package dev.holdfast.hub.service.http;

import dev.holdfast.base.DeviceId;
import dev.holdfast.base.ModuleId;
import dev.holdfast.hub.Hub;
import dev.holdfast.hub.identity.ModuleName;
import dev.holdfast.wire.http.HttpRequest;

/** A call that was let in, with the hub it is for. */
record ServiceCall(Hub hub, HttpRequest request) {
    /** The device that the path names: {@code /devices/{id}}. */
    DeviceId deviceId() throws ServiceFault {
        return deviceId(request.path().get(1));
    }

    /** The module that the path names: {@code /devices/{id}/modules/{module}}. */
    ModuleName moduleName() throws ServiceFault {
        return new ModuleName(deviceId(), moduleId(request.path().get(3)));
    }

    static ModuleId moduleId(String text) throws ServiceFault {
        return ModuleId.parse(text)
                .orElseThrow(() -> ServiceFault.of(
                        ServiceError.ARGUMENT_INVALID,
                        "This is no module id. Use 1 to 128 ASCII letters, digits or any of - : . + % _ # * ? ! ( ) , = @ $ ' and"
                                + " semicolon."));
    }

    static DeviceId deviceId(String text) throws ServiceFault {
        return DeviceId.parse(text)
                .orElseThrow(() -> ServiceFault.of(
                        ServiceError.ARGUMENT_INVALID,
                        "This is no device id. Use 1 to 128 ASCII letters, digits or any of - : . + % _ # * ? ! ( ) , = @ $ ' and"
                                + " semicolon."));
    }
}
