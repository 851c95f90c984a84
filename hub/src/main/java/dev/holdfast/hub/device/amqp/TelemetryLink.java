package dev.holdfast.hub.device.amqp;

import dev.holdfast.base.Limits;
import dev.holdfast.hub.amqp.HubConnection;
import dev.holdfast.hub.amqp.Refusal;
import dev.holdfast.hub.device.amqp.DevicesPart.Shared;
import dev.holdfast.hub.telemetry.Intake;
import dev.holdfast.hub.telemetry.SendTelemetry;
import dev.holdfast.hub.telemetry.TelemetryMessage;
import dev.holdfast.hub.telemetry.TelemetryResult;
import dev.holdfast.wire.amqp.IncomingLink;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A link on which a device sends telemetry: each message is settled when it is durable, or rejected with the reason. As much credit is out as messages may be on
 * their way to the disk. On the event loop, which is never blocked.
 */
final class TelemetryLink {
    private final Limits.Amqp limits;
    private final HubConnection connection;
    private final ConnectedDevice device;
    private final IncomingLink link;
    private final TelemetryReader reader;

    TelemetryLink(Shared shared, HubConnection connection, ConnectedDevice device, IncomingLink link) {
        this.limits = shared.limits().amqp();
        this.connection = connection;
        this.device = device;
        this.link = link;
        this.reader = new TelemetryReader(limits.devices().batchMax());
    }

    void open() {
        link.accept(limits.devices().sendsInFlightMax(), limits.messageMaxBytes(), this::arrived);
    }

    private void arrived(IncomingLink.Arrived arrived) {
        if (device.isEnded()) {
            return;
        }
        switch (reader.read(arrived.encoded(), arrived.format())) {
            case TelemetryReader.Read.Refused(var why) -> finish(arrived, why);
            case TelemetryReader.Read.Messages(var messages) -> take(arrived, messages);
        }
    }

    /** All messages of a batch or none. */
    private void take(IncomingLink.Arrived arrived, List<TelemetryMessage> messages) {
        Intake intake = device.hub().intake();
        if (messages.size() == 1) {
            // Whether more may be read is told by credit, which is given back with the outcome.
            boolean _ = intake.take(
                    new SendTelemetry(device.stamp(), messages.getFirst()), result -> finish(arrived, result));
        } else {
            intake.takeAll(device.stamp(), messages, result -> finish(arrived, result));
        }
    }

    /** Any thread. */
    private void finish(IncomingLink.Arrived arrived, TelemetryResult result) {
        Refusal why =
                result instanceof TelemetryResult.Refused(var refusal) ? new DeviceRefusal.NotTaken(refusal) : null;
        connection.amqp().execute(() -> finish(arrived, why));
    }

    private void finish(IncomingLink.Arrived arrived, @Nullable Refusal why) {
        if (!link.isOpen()) {
            return;
        }
        if (why == null) {
            arrived.accept();
        } else {
            arrived.reject(
                    connection.errorOf(device.hub().name(), device.identity().toString(), why));
        }
        arrived.grant(1);
    }
}
