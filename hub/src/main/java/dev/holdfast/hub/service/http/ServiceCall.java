package dev.holdfast.hub.service.http;

import dev.holdfast.base.DeviceId;
import dev.holdfast.hub.Hub;
import dev.holdfast.wire.http.HttpRequest;

/** A call that was let in, with the hub it is for. */
record ServiceCall(Hub hub, HttpRequest request) {
    /** The device that the path names: {@code /devices/{id}}. */
    DeviceId deviceId() throws ServiceFault {
        return deviceId(request.path().get(1));
    }

    static DeviceId deviceId(String text) throws ServiceFault {
        return DeviceId.parse(text)
                .orElseThrow(() -> ServiceFault.of(
                        ServiceError.ARGUMENT_INVALID,
                        "A device id has 1 to 128 ASCII letters, digits or any of - : . + % _ # * ? ! ( ) , = @ $ ' and"
                                + " semicolon."));
    }
}
