package dev.holdfast.hub.http;

/**
 * The errors that back ends and devices are answered with over HTTPS. Number and name are Azure's, because clients map them to their
 * own exceptions; the first three digits are the HTTP status.
 */
public enum ServiceError {
    INVALID_PROTOCOL_VERSION(400001, "InvalidProtocolVersion"),
    INVALID_OPERATION(400003, "InvalidOperation"),
    ARGUMENT_INVALID(400004, "ArgumentInvalid"),
    ARGUMENT_NULL(400005, "ArgumentNull"),
    FORMAT_ERROR(400006, "IotHubFormatError"),
    DEVICE_DEFINED_MULTIPLE_TIMES(400011, "DeviceDefinedMultipleTimes"),
    INVALID_POLICY_KEY(400035, "InvalidPolicyKey"),
    UNAUTHORIZED_ACCESS(401002, "IotHubUnauthorizedAccess"),
    TOO_MANY_METHODS_IN_FLIGHT(403800, "DeviceMaximumInflightMethodExceeded"),
    QUOTA_EXCEEDED(403002, "IotHubQuotaExceeded"),
    DEVICE_MAXIMUM_QUEUE_DEPTH_EXCEEDED(403004, "DeviceMaximumQueueDepthExceeded"),
    GENERIC_NOT_FOUND(404000, "GenericNotFound"),
    DEVICE_NOT_FOUND(404001, "DeviceNotFound"),
    MODULE_NOT_FOUND(404010, "ModuleNotFound"),
    DEVICE_NOT_ONLINE(404103, "DeviceNotOnline"),
    DEVICE_CONNECTION_CLOSED(404104, "DeviceConnectionClosedRemotely"),
    METHOD_NOT_ALLOWED(405000, "GenericMethodNotAllowed"),
    DEVICE_ALREADY_EXISTS(409001, "DeviceAlreadyExists"),
    MODULE_ALREADY_EXISTS(409301, "ModuleAlreadyExistsOnDevice"),
    PRECONDITION_FAILED(412001, "PreconditionFailed"),
    DEVICE_MESSAGE_LOCK_LOST(412002, "DeviceMessageLockLost"),
    MESSAGE_TOO_LARGE(413001, "MessageTooLarge"),
    TOO_MANY_DEVICES(413002, "TooManyDevices"),
    TOO_MANY_MODULES(413003, "TooManyModulesOnDevice"),
    UNSUPPORTED_MEDIA_TYPE(415000, "GenericUnsupportedMediaType"),
    THROTTLED(429001, "ThrottlingException"),
    BACKLOG_LIMIT_EXCEEDED(429002, "ThrottleBacklogLimitExceeded"),
    FEATURE_NOT_SUPPORTED(501000, "FeatureNotSupported"),
    BAD_GATEWAY(502000, "GenericBadGateway"),
    SERVICE_UNAVAILABLE(503001, "ServiceUnavailable"),
    GATEWAY_TIMEOUT(504101, "GatewayTimeout");

    private final int number;
    private final String wireName;

    ServiceError(int number, String wireName) {
        this.number = number;
        this.wireName = wireName;
    }

    public int number() {
        return number;
    }

    public String wireName() {
        return wireName;
    }

    public int status() {
        return number / 1000;
    }
}
