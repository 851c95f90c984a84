package dev.holdfast.wire.http;

/** Thrown by the parsers of this package and caught in one place, {@link HttpConversation}. Has no stack: it is not a bug. */
final class RequestRefused extends Exception {
    private static final long serialVersionUID = 1L;

    private final RequestFault fault;

    RequestRefused(RequestFault fault) {
        super(fault.reason(), null, false, false);
        this.fault = fault;
    }

    RequestFault fault() {
        return fault;
    }
}
