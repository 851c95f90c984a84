package dev.holdfast.hub.telemetry;

import dev.holdfast.base.DeviceId;
import dev.holdfast.base.Limits;
import dev.holdfast.hub.telemetry.TelemetryRefusal.MessageTooLarge;
import dev.holdfast.hub.telemetry.TelemetryRefusal.NotStored;
import dev.holdfast.hub.telemetry.TelemetryRefusal.TooManyProperties;
import dev.holdfast.store.Log;
import dev.holdfast.store.StoreException;
import java.time.Instant;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Where telemetry enters a hub, from every protocol: checks it, stamps it and gives it to the log.
 *
 * <p>Never blocks, so it is called on event loops. The result comes once the message is durable or refused, on the
 * caller's thread or on the log's; the receiver is quick and moves to its own thread.
 */
public final class Intake {
    private final Log log;
    private final Limits.Telemetry limits;

    public Intake(Log log, Limits.Telemetry limits) {
        this.log = log;
        this.limits = limits;
    }

    /** Takes a message; false means: read no more from this sender until the result of this message came. */
    public boolean take(SendTelemetry request, Consumer<TelemetryResult> result) {
        TelemetryRefusal refusal = faultOf(request.message());
        if (refusal != null) {
            result.accept(new TelemetryResult.Refused(refusal));
            return true;
        }
        int partition = partitionOf(request.stamp().sender().device(), log.partitions());
        return log.append(partition, RecordFormat.write(request), new Log.Appended() {
            @Override
            public void stored(long offset, Instant time) {
                result.accept(new TelemetryResult.Stored(partition, offset, time));
            }

            @Override
            public void failed(StoreException why) {
                result.accept(new TelemetryResult.Refused(new NotStored(String.valueOf(why.getMessage()))));
            }
        });
    }

    /** What would keep a message from being taken, or null; a failing disk can't be foreseen. */
    public @Nullable TelemetryRefusal faultOf(TelemetryMessage message) {
        if (message.properties().size() > limits.propertiesMax()) {
            return new TooManyProperties(message.properties().size(), limits.propertiesMax());
        }
        long size = message.sizeBytes();
        return size > limits.messageMaxBytes() ? new MessageTooLarge(size, limits.messageMaxBytes()) : null;
    }

    /**
     * The partition of a device: the same for all its messages and modules, so that a reader sees them in order. The
     * hash of {@link String} is fixed by its specification; its bits are mixed because ids often differ in the last
     * characters only.
     */
    static int partitionOf(DeviceId device, int partitions) {
        int hash = device.value().hashCode() * 0x9E3779B1;
        return Math.floorMod(hash ^ (hash >>> 15), partitions);
    }
}
