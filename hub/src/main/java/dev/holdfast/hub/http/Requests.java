package dev.holdfast.hub.http;

import dev.holdfast.base.DeviceId;
import dev.holdfast.base.ModuleId;
import dev.holdfast.wire.http.HttpRequest;
import java.util.regex.Pattern;

/** What stands in every request to a hub, whoever sends it. */
public final class Requests {
    private static final Pattern API_VERSION = Pattern.compile("20[0-9]{2}-[01][0-9]-[0-3][0-9](-[a-z]{1,20})?");

    private Requests() {}

    /** @param text a segment of a path, or a member of a body */
    public static DeviceId deviceId(String text) throws ServiceFault {
        return DeviceId.parse(text)
                .orElseThrow(() -> ServiceFault.of(
                        ServiceError.ARGUMENT_INVALID,
                        "This is no device id. Use 1 to 128 ASCII letters, digits or any of - : . + % _ # * ? ! ( ) , = @ $ ' and"
                                + " semicolon."));
    }

    /** As {@link #deviceId}, of a module. */
    public static ModuleId moduleId(String text) throws ServiceFault {
        return ModuleId.parse(text)
                .orElseThrow(() -> ServiceFault.of(
                        ServiceError.ARGUMENT_INVALID,
                        "This is no module id. Use 1 to 128 ASCII letters, digits or any of - : . + % _ # * ? ! ( ) , = @ $ ' and"
                                + " semicolon."));
    }

    /** Any version will do, from whatever year: what is served is the same in all of them. None will not, as in Azure. */
    public static void requireVersion(HttpRequest request) throws ServiceFault {
        String version = request.query().get("api-version");
        if (version == null || !API_VERSION.matcher(version).matches()) {
            throw ServiceFault.of(
                    ServiceError.INVALID_PROTOCOL_VERSION,
                    "The query has no api-version. Give it one, a date such as 2021-04-12.");
        }
    }
}
