package dev.holdfast.hub.service.http;

import dev.holdfast.base.PercentEncoder;
import dev.holdfast.hub.command.MethodResult;
import dev.holdfast.hub.http.ServiceError;
import dev.holdfast.hub.http.ServiceFault;
import dev.holdfast.hub.identity.Precondition;
import dev.holdfast.hub.twin.Twin;
import dev.holdfast.hub.twin.TwinResult;
import dev.holdfast.hub.twin.digital.DigitalTwinView;
import dev.holdfast.hub.twin.digital.DigitalTwins;
import dev.holdfast.wire.http.HttpRequest;
import dev.holdfast.wire.http.HttpResponse;
import java.time.Duration;
import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** {@code /digitaltwins/{id}} and the commands below it. */
final class DigitalTwinResource {
    /** Enough for every number that is in range, and few enough to be one that can be read. */
    private static final Pattern SECONDS = Pattern.compile("-?[0-9]{1,9}");

    HttpResponse get(ServiceCall call) throws ServiceFault {
        Twin twin = found(twins(call).find(call.deviceId()));
        return HttpResponse.json(200, DigitalTwinView.of(twin).toString()).with("ETag", etag(twin));
    }

    HttpResponse patch(ServiceCall call) throws ServiceFault {
        HttpRequest request = call.request();
        JsonBody.requireJson(request);
        Precondition precondition =
                Precondition.ifMatch(request.header("if-match").orElse(null));
        Twin twin = found(twins(call).change(call.deviceId(), precondition, request.body()));
        String location = "https://" + request.host() + "/digitaltwins/"
                + PercentEncoder.encode(twin.identity().device().value());
        return HttpResponse.empty(202).with("ETag", etag(twin)).with("Location", location);
    }

    /** {@code /digitaltwins/{id}/commands/{command}}. */
    HttpResponse command(ServiceCall call) throws ServiceFault {
        return command(call, null, call.request().path().get(3));
    }

    /** {@code /digitaltwins/{id}/components/{component}/commands/{command}}. */
    HttpResponse componentCommand(ServiceCall call) throws ServiceFault {
        List<String> path = call.request().path();
        return command(call, path.get(3), path.get(5));
    }

    private static HttpResponse command(ServiceCall call, @Nullable String component, String command)
            throws ServiceFault {
        HttpRequest request = call.request();
        Duration connectTimeout = seconds(request, "connectTimeoutInSeconds");
        MethodResult result = twins(call)
                .command(
                        call.deviceId(),
                        component,
                        command,
                        payload(request),
                        connectTimeout == null ? Duration.ZERO : connectTimeout,
                        seconds(request, "responseTimeoutInSeconds"));
        return switch (result) {
            case MethodResult.Refused(var why) -> throw ServiceFault.of(why);
            case MethodResult.Answered(var status, var payload) ->
                HttpResponse.json(200, payload).with("x-ms-command-statuscode", Integer.toString(status));
        };
    }

    private static DigitalTwins twins(ServiceCall call) {
        return new DigitalTwins(call.hub().twins(), call.hub().methods());
    }

    private static Twin found(TwinResult result) throws ServiceFault {
        return switch (result) {
            case TwinResult.Found(var twin) -> twin;
            case TwinResult.Refused(var why) -> throw ServiceFault.of(why);
        };
    }

    /** Weak, because what the device reports is no part of it. */
    private static String etag(Twin twin) {
        return "W/\"" + twin.etag() + "\"";
    }

    /** A body that is not there is a null, as the payload of a direct method. */
    private static String payload(HttpRequest request) throws ServiceFault {
        String payload = JsonBody.text(request.body());
        return payload.isEmpty() ? "null" : payload;
    }

    private static @Nullable Duration seconds(HttpRequest request, String name) throws ServiceFault {
        String text = request.query().get(name);
        if (text == null || text.isEmpty()) {
            return null;
        }
        if (!SECONDS.matcher(text).matches()) {
            throw ServiceFault.of(
                    ServiceError.ARGUMENT_INVALID, "The " + name + " is no whole number of seconds. Send one.");
        }
        return Duration.ofSeconds(Integer.parseInt(text));
    }
}
