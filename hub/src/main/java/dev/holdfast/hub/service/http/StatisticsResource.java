package dev.holdfast.hub.service.http;

import dev.holdfast.hub.http.ServiceFault;
import dev.holdfast.hub.identity.RegistryStatistics;
import dev.holdfast.wire.http.HttpResponse;
import tools.jackson.databind.node.JsonNodeFactory;

/** {@code /statistics}. */
final class StatisticsResource {
    HttpResponse devices(ServiceCall call) throws ServiceFault {
        call.admit(null, 1);
        RegistryStatistics counted = call.hub().registry().statistics();
        return HttpResponse.json(
                200,
                JsonNodeFactory.instance
                        .objectNode()
                        .put("totalDeviceCount", counted.devices())
                        .put("enabledDeviceCount", counted.enabled())
                        .put("disabledDeviceCount", counted.disabled())
                        .toString());
    }

    HttpResponse service(ServiceCall call) throws ServiceFault {
        call.admit(null, 1);
        return HttpResponse.json(
                200,
                JsonNodeFactory.instance
                        .objectNode()
                        .put("connectedDeviceCount", (long) call.hub().links().count())
                        .toString());
    }
}
