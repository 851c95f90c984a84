package dev.holdfast.hub.device.amqp;

import dev.holdfast.base.Limits;
import dev.holdfast.hub.amqp.HubConnection;
import dev.holdfast.hub.amqp.Refusal;
import dev.holdfast.hub.device.amqp.DevicesPart.Shared;
import dev.holdfast.hub.fault.FaultOrder;
import dev.holdfast.hub.fault.FaultRefusal;
import dev.holdfast.hub.telemetry.SendTelemetry;
import dev.holdfast.hub.telemetry.TelemetryRefusal;
import dev.holdfast.hub.telemetry.TelemetryResult;
import dev.holdfast.wire.amqp.AmqpConnection;
import dev.holdfast.wire.amqp.AmqpError;
import dev.holdfast.wire.amqp.IncomingLink;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * A link on which a device sends telemetry: each message is settled when it is durable, or rejected with the reason. As much credit is out as messages may be on
 * their way to the disk. While the hub has no room for more, nothing is read from the connection, whatever credit is out. On the event
 * loop, which is never blocked.
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
        this.reader = new TelemetryReader(shared.limits().telemetry().batchMaxMessages());
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
            case TelemetryReader.Read.Single(var message) ->
                take(arrived, result -> device.hub().intake().take(new SendTelemetry(device.stamp(), message), result));
            case TelemetryReader.Read.Batch(var messages) ->
                take(arrived, result -> device.hub().intake().takeAll(device.stamp(), messages, result));
        }
    }

    /** @param take false where nothing more may be read until the result came */
    private void take(IncomingLink.Arrived arrived, Predicate<Consumer<TelemetryResult>> take) {
        AmqpConnection amqp = connection.amqp();
        AtomicBoolean paused = new AtomicBoolean();
        // The result comes on any thread; what is done with it is done behind this, on the same event loop.
        boolean goOn = take.test(result -> amqp.execute(() -> {
            finish(
                    arrived,
                    switch (result) {
                        case TelemetryResult.Stored _ -> null;
                        case TelemetryResult.Refused(var why) -> new DeviceRefusal.NotTaken(why);
                        case TelemetryResult.FaultAsked(var order) -> askFor(order);
                    });
            if (paused.get()) {
                amqp.readOn();
            }
        }));
        if (!goOn) {
            paused.set(true);
            amqp.pause();
        }
    }

    private @Nullable Refusal askFor(FaultOrder order) {
        FaultRefusal why = device.ask(order, link);
        return why == null ? null : new DeviceRefusal.NotTaken(new TelemetryRefusal.Faulted(why));
    }

    private void finish(IncomingLink.Arrived arrived, @Nullable Refusal why) {
        if (!link.isOpen()) {
            return;
        }
        if (why == null) {
            arrived.accept();
        } else {
            AmqpError error =
                    connection.errorOf(device.hub().name(), device.identity().toString(), why);
            if (!(why instanceof DeviceRefusal refusal && refusal.isSwallowed())) {
                arrived.reject(error);
            }
        }
        arrived.grant(1);
    }
}
