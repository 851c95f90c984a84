package dev.holdfast.hub.device.amqp;

import dev.holdfast.base.Limits;
import dev.holdfast.hub.amqp.HubConnection;
import dev.holdfast.hub.amqp.Refusal;
import dev.holdfast.hub.device.amqp.DevicesPart.Shared;
import dev.holdfast.hub.telemetry.SendTelemetry;
import dev.holdfast.hub.telemetry.Stamp;
import dev.holdfast.hub.telemetry.TelemetryMessage;
import dev.holdfast.hub.telemetry.TelemetryRefusal;
import dev.holdfast.hub.telemetry.TelemetryResult;
import dev.holdfast.wire.amqp.IncomingLink;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
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

    /** All messages of a batch or none: what would be refused is looked for before the first is taken. */
    private void take(IncomingLink.Arrived arrived, List<TelemetryMessage> messages) {
        for (TelemetryMessage message : messages) {
            TelemetryRefusal fault =
                    messages.size() == 1 ? null : device.hub().intake().faultOf(message);
            if (fault != null) {
                finish(arrived, new DeviceRefusal.NotTaken(fault));
                return;
            }
        }
        Stamp stamp = device.stamp();
        AtomicInteger left = new AtomicInteger(messages.size());
        AtomicReference<@Nullable TelemetryRefusal> refused = new AtomicReference<>();
        for (TelemetryMessage message : messages) {
            // Whether more may be read is told by credit, which is given back with the outcome.
            boolean _ = device.hub().intake().take(new SendTelemetry(stamp, message), result -> {
                if (result instanceof TelemetryResult.Refused(var why)) {
                    refused.set(why);
                }
                if (left.decrementAndGet() == 0) {
                    TelemetryRefusal why = refused.get();
                    connection
                            .amqp()
                            .execute(() -> finish(arrived, why == null ? null : new DeviceRefusal.NotTaken(why)));
                }
            });
        }
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
