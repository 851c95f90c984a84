package dev.holdfast.hub.device.amqp;

import dev.holdfast.hub.amqp.HubConnection;
import dev.holdfast.hub.fault.AskedFaults;
import dev.holdfast.hub.fault.FaultOrder;
import dev.holdfast.hub.link.LinkEnd;
import dev.holdfast.wire.amqp.AmqpConnection;
import dev.holdfast.wire.amqp.AmqpError;
import dev.holdfast.wire.amqp.IncomingLink;
import io.netty.util.concurrent.Future;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/**
 * Breaks what a device asked to have broken: a link, the session of the link that it asked on, or the connection, which other devices
 * may be using as well. On the event loop.
 */
record FaultBreaker(HubConnection connection, ConnectedDevice device, DeviceLinkSet links, IncomingLink asked)
        implements AskedFaults.Breaker {
    @Override
    public Runnable after(Duration delay, Runnable task) {
        AmqpConnection amqp = connection.amqp();
        Future<?> later = amqp.executor().schedule(() -> amqp.execute(task), delay.toMillis(), TimeUnit.MILLISECONDS);
        return () -> later.cancel(false);
    }

    @Override
    public boolean carryOut(FaultOrder order) {
        LinkEnd.FaultInjected end = new LinkEnd.FaultInjected(order.kind(), order.closeReason());
        Supplier<AmqpError> error = () ->
                links.errorOf(new EndedLink(end, device.identity().device().value()));
        return switch (order.kind()) {
            case KILL_TCP, KILL_AMQP_CONNECTION, SHUT_DOWN_AMQP -> {
                boolean ended = device.isEnded();
                device.end(end);
                yield !ended;
            }
            case KILL_AMQP_SESSION -> asked.hasSession() && endSession(error.get());
            case KILL_AMQP_CBS_REQUEST_LINK -> connection.detachCbsRequests(error);
            case KILL_AMQP_CBS_RESPONSE_LINK -> connection.detachCbsAnswers(error);
            case KILL_AMQP_TELEMETRY_LINK -> links.detachIncoming(DeviceAddress.Kind.TELEMETRY, error);
            case KILL_AMQP_MESSAGE_LINK -> links.detachOutgoing(DeviceAddress.Kind.MESSAGES, error);
            case KILL_AMQP_TWIN_REQUEST_LINK -> links.detachIncoming(DeviceAddress.Kind.TWIN, error);
            case KILL_AMQP_TWIN_RESPONSE_LINK -> links.detachOutgoing(DeviceAddress.Kind.TWIN, error);
            // The hub calls the device: so the calls go out and the answers come in.
            case KILL_AMQP_METHOD_REQUEST_LINK -> links.detachOutgoing(DeviceAddress.Kind.METHODS, error);
            case KILL_AMQP_METHOD_RESPONSE_LINK -> links.detachIncoming(DeviceAddress.Kind.METHODS, error);
            case INVOKE_THROTTLING, INVOKE_MESSAGE_QUOTA, INVOKE_AUTHENTICATION_ERROR, SHUT_DOWN_MQTT ->
                throw new IllegalArgumentException(order.kind() + " breaks nothing of AMQP");
        };
    }

    private boolean endSession(AmqpError error) {
        asked.endSession(error);
        return true;
    }
}
