package dev.holdfast.hub.telemetry;

import dev.holdfast.base.DeviceId;
import dev.holdfast.base.Histogram;
import dev.holdfast.base.Limits;
import dev.holdfast.hub.fault.FaultOrders;
import dev.holdfast.hub.fault.FaultRefusal;
import dev.holdfast.hub.telemetry.TelemetryRefusal.BatchEmpty;
import dev.holdfast.hub.telemetry.TelemetryRefusal.BatchTooLarge;
import dev.holdfast.hub.telemetry.TelemetryRefusal.Faulted;
import dev.holdfast.hub.telemetry.TelemetryRefusal.MessageTooLarge;
import dev.holdfast.hub.telemetry.TelemetryRefusal.NotStored;
import dev.holdfast.hub.telemetry.TelemetryRefusal.TooManyInBatch;
import dev.holdfast.hub.telemetry.TelemetryRefusal.TooManyProperties;
import dev.holdfast.hub.throttle.Delay;
import dev.holdfast.hub.throttle.Gate;
import dev.holdfast.hub.throttle.Operation;
import dev.holdfast.hub.throttle.Passage;
import dev.holdfast.store.Log;
import dev.holdfast.store.StoreException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.Predicate;
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
    private final FaultOrders faults;
    private final Gate gate;
    private final Delay delay;
    /** Of messages that wait until they may pass. */
    private final AtomicLong waitingBytes = new AtomicLong();

    private final IntakeCounters counters = new IntakeCounters();

    /** Which holds nothing up. */
    public Intake(Log log, Limits.Telemetry limits, FaultOrders faults) {
        this(log, limits, faults, Gate.open(), Delay.real());
    }

    /**
     * @param faults that senders may ask for instead of having a message stored
     * @param gate asked for each message
     * @param delay for messages that wait
     */
    public Intake(Log log, Limits.Telemetry limits, FaultOrders faults, Gate gate, Delay delay) {
        this.log = log;
        this.limits = limits;
        this.faults = faults;
        this.gate = gate;
        this.delay = delay;
    }

    /** Takes a message; false means: read no more from this sender until the result of this message came. */
    public boolean take(SendTelemetry request, Consumer<TelemetryResult> result) {
        return take(request, Duration.ZERO, result);
    }

    /**
     * As {@link #take}, for a protocol that can refuse a message only by ending the connection: one that comes too soon waits until it may
     * pass. Too many that wait, and too long a time, are refused all the same.
     */
    public boolean takeInTime(SendTelemetry request, Consumer<TelemetryResult> result) {
        long size = request.message().sizeBytes();
        boolean room = waitingBytes.get() + size <= limits.pendingMaxBytes();
        return take(request, room ? limits.waitMaxTime() : Duration.ZERO, result);
    }

    private boolean take(SendTelemetry request, Duration patience, Consumer<TelemetryResult> result) {
        long size = request.message().sizeBytes();
        TelemetryRefusal refusal = faultOf(request.message(), size);
        if (refusal != null) {
            return refuse(refusal, size, result);
        }
        switch (faults.read(request.message().properties())) {
            case FaultOrders.Reading.Asked(var order) -> {
                result.accept(new TelemetryResult.FaultAsked(order));
                return true;
            }
            case FaultOrders.Reading.Refused(var why) -> {
                return refuse(new Faulted(why), size, result);
            }
            case FaultOrders.Reading.Nothing() -> {}
        }
        FaultRefusal inForce =
                faults.inForce(request.stamp().sender(), request.stamp().generation());
        if (inForce != null) {
            return refuse(new Faulted(inForce), size, result);
        }
        return passed(
                request.stamp(),
                1,
                patience,
                size,
                () -> store(request, size, result),
                why -> refuse(why, size, result));
    }

    /**
     * Stores what the gate lets pass, now or later.
     *
     * @param store as {@link #take}
     * @param refuse as {@link #take}
     */
    private boolean passed(
            Stamp stamp,
            int messages,
            Duration patience,
            long bytes,
            BooleanSupplier store,
            Predicate<TelemetryRefusal> refuse) {
        return switch (gate.ask(Operation.TELEMETRY, stamp.sender().device(), messages, patience)) {
            case Passage.Now() -> store.getAsBoolean();
            case Passage.Later(var time) -> {
                waitingBytes.addAndGet(bytes);
                delay.run(time, () -> {
                    waitingBytes.addAndGet(-bytes);
                    // Whatever it says of reading on: nothing is read before the result.
                    boolean _ = store.getAsBoolean();
                });
                yield false;
            }
            case Passage.No(var why) -> refuse.test(new TelemetryRefusal.NotPassed(why));
        };
    }

    private boolean store(SendTelemetry request, long size, Consumer<TelemetryResult> result) {
        long begun = System.nanoTime();
        int partition = partitionOf(request.stamp().sender().device(), log.partitions());
        return log.append(partition, RecordFormat.write(request), new Log.Appended() {
            @Override
            public void stored(long offset, Instant time) {
                counters.stored(size, System.nanoTime() - begun);
                result.accept(new TelemetryResult.Stored(partition, offset, time));
            }

            @Override
            public void failed(StoreException why) {
                boolean _ = refuse(new NotStored(String.valueOf(why.getMessage())), size, result);
            }
        });
    }

    private boolean refuse(TelemetryRefusal why, long size, Consumer<TelemetryResult> result) {
        counters.refused(why, size);
        result.accept(new TelemetryResult.Refused(why));
        return true;
    }

    /**
     * Takes messages of one sender, in their order: all of them, or none when one may not be taken. The result is the last one's once
     * all are durable, or a refusal. After a disk that failed some may be stored; the sender sends all again.
     *
     * @return as {@link #take} does: false for read no more from this sender until the result came
     */
    public boolean takeAll(Stamp stamp, List<TelemetryMessage> messages, Consumer<TelemetryResult> result) {
        TelemetryRefusal refusal = faultOf(stamp, messages);
        if (refusal != null) {
            return refuseAll(messages, refusal, result);
        }
        long bytes = messages.stream().mapToLong(TelemetryMessage::sizeBytes).sum();
        return passed(
                stamp,
                messages.size(),
                Duration.ZERO,
                bytes,
                () -> storeAll(stamp, messages, result),
                why -> refuseAll(messages, why, result));
    }

    private boolean storeAll(Stamp stamp, List<TelemetryMessage> messages, Consumer<TelemetryResult> result) {
        Consumer<TelemetryResult> each = new LastOf(messages.size(), result);
        boolean goOn = true;
        for (TelemetryMessage message : messages) {
            goOn &= store(new SendTelemetry(stamp, message), message.sizeBytes(), each);
        }
        return goOn;
    }

    private boolean refuseAll(List<TelemetryMessage> messages, TelemetryRefusal why, Consumer<TelemetryResult> result) {
        messages.forEach(message -> counters.refused(why, message.sizeBytes()));
        result.accept(new TelemetryResult.Refused(why));
        return true;
    }

    /**
     * Takes what the hub itself tells, in the partition of whom it is about. Never blocks.
     *
     * @param record of a {@link HubEvent}, which belongs to the log until it is reported
     * @param done told null when it is durable, else why it is not
     */
    public void tell(byte[] record, Consumer<@Nullable StoreException> done) {
        DeviceId about = RecordFormat.read(record).origin().identity().device();
        // Whoever tells does so on the occasion of something that is bounded itself.
        var _ = log.append(partitionOf(about, log.partitions()), record, new Log.Appended() {
            @Override
            public void stored(long offset, Instant time) {
                done.accept(null);
            }

            @Override
            public void failed(StoreException why) {
                done.accept(why);
            }
        });
    }

    /** Hands on the last of so many results, or instead of it a refusal that was among them. Any thread. */
    private static final class LastOf implements Consumer<TelemetryResult> {
        private final Consumer<TelemetryResult> result;
        private int open;
        private TelemetryResult.@Nullable Refused refused;

        LastOf(int count, Consumer<TelemetryResult> result) {
            this.open = count;
            this.result = result;
        }

        @Override
        public void accept(TelemetryResult one) {
            TelemetryResult all;
            synchronized (this) {
                if (one instanceof TelemetryResult.Refused why) {
                    refused = why;
                }
                if (--open > 0) {
                    return;
                }
                all = refused == null ? one : refused;
            }
            result.accept(all);
        }
    }

    /**
     * What came in since the hub was opened.
     *
     * @param durableNanos for each stored message the time from {@link #take} until it was durable
     * @param bytes of stored messages, counted as the size limit counts them
     * @param refused by reason word
     */
    public record Counts(Histogram.Snapshot durableNanos, long bytes, Map<String, Refused> refused) {
        public Counts {
            refused = Map.copyOf(refused);
        }

        public long messages() {
            return durableNanos.count();
        }
    }

    /** Messages that were refused for one reason. */
    public record Refused(long messages, long bytes) {}

    public Counts counts() {
        return counters.counts();
    }

    /** What would keep a Will from being taken, or null; a failing disk can't be foreseen. */
    public @Nullable TelemetryRefusal faultOfWill(TelemetryMessage message) {
        return faults.isAsked(message.properties())
                ? new Faulted(new FaultRefusal.FaultMalformed("a Will comes when its connection is over"))
                : faultOf(message, message.sizeBytes());
    }

    /** What would keep a batch from being taken, or null. */
    private @Nullable TelemetryRefusal faultOf(Stamp sender, List<TelemetryMessage> batch) {
        if (batch.isEmpty()) {
            return new BatchEmpty();
        }
        if (batch.size() > limits.batchMaxMessages()) {
            return new TooManyInBatch(batch.size(), limits.batchMaxMessages());
        }
        long total = 0;
        for (TelemetryMessage message : batch) {
            long size = message.sizeBytes();
            TelemetryRefusal refusal = faultOf(message, size);
            if (refusal != null) {
                return refusal;
            }
            if (faults.isAsked(message.properties())) {
                return new Faulted(new FaultRefusal.FaultMalformed("it is in a batch, and has to come alone"));
            }
            total += size;
        }
        if (total > limits.messageMaxBytes()) {
            return new BatchTooLarge(total, limits.messageMaxBytes());
        }
        FaultRefusal inForce = faults.inForce(sender.sender(), sender.generation());
        return inForce == null ? null : new Faulted(inForce);
    }

    private @Nullable TelemetryRefusal faultOf(TelemetryMessage message, long size) {
        if (message.properties().size() > limits.propertiesMax()) {
            return new TooManyProperties(message.properties().size(), limits.propertiesMax());
        }
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
