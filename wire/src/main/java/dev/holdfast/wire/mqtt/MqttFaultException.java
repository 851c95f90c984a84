package dev.holdfast.wire.mqtt;

import io.netty.handler.codec.DecoderException;

/**
 * Carries a {@link MqttFault} from a decoder to the one place that reacts. Has no stack trace: it is the peer's
 * fault, not ours.
 */
final class MqttFaultException extends DecoderException {
    private final transient MqttFault fault;

    MqttFaultException(MqttFault fault) {
        super(fault.reason(), null);
        this.fault = fault;
    }

    MqttFault fault() {
        return fault;
    }

    @Override
    public synchronized Throwable fillInStackTrace() {
        return this;
    }
}
