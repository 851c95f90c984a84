package dev.holdfast.hub.command;

import dev.holdfast.base.HubName;
import dev.holdfast.base.Limits;
import dev.holdfast.hub.command.MessageQueue.Entry;
import dev.holdfast.hub.command.MessageRefusal.MessageDeviceMissing;
import dev.holdfast.hub.command.MessageRefusal.MessageLockLost;
import dev.holdfast.hub.command.MessageRefusal.MessageModuleMissing;
import dev.holdfast.hub.command.MessageRefusal.QueueOfDeviceFull;
import dev.holdfast.hub.command.MessageRefusal.QueuesOfHubFull;
import dev.holdfast.hub.identity.Identity;
import dev.holdfast.hub.identity.Registry;
import dev.holdfast.hub.identity.RegistryChange;
import dev.holdfast.hub.link.DeviceLink;
import dev.holdfast.hub.link.DeviceLinks;
import dev.holdfast.hub.link.Downlink;
import dev.holdfast.hub.throttle.Gate;
import dev.holdfast.hub.throttle.GateRefusal;
import dev.holdfast.hub.throttle.Operation;
import dev.holdfast.store.Table;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Function;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The cloud-to-device messages of one hub: a queue for each device and module, durable until the device settled what it was given.
 *
 * <p>Devices ask for messages; they are told only that one waits. What is given out is locked, and who holds the lock settles it. Locks
 * are in memory: after a restart everything that was not settled is given out again, as it is when a lock runs out. What a sender or a
 * device was told is done, is on disk.
 *
 * <p>Any thread; every method may block on the disk.
 */
public final class Messages {
    /** The last sequence number of each identity, so that no later message has it again. */
    private static final String KIND_LAST = "cloud-message-last";

    private final Table table;
    private final HubName hub;
    private final Registry registry;
    private final DeviceLinks links;
    private final Feedback feedback;
    private final InstantSource clock;
    private final Limits.Message limits;
    private final MessageRules rules;
    private final Gate gate;
    private final Map<Identity, MessageQueue> queues = new ConcurrentHashMap<>();
    private final Semaphore room;
    private final LongAdder queued = new LongAdder();
    private final Map<Fate, LongAdder> ended = new EnumMap<>(Fate.class);

    /** Of whose messages none is held up. */
    public Messages(
            Table table,
            HubName hub,
            Registry registry,
            DeviceLinks links,
            Feedback feedback,
            InstantSource clock,
            Limits.Message limits) {
        this(table, hub, registry, links, feedback, clock, limits, Gate.open());
    }

    /**
     * Reads what waits.
     *
     * @param gate asked before a message is taken, and when a device asks for one without a connection
     */
    public Messages(
            Table table,
            HubName hub,
            Registry registry,
            DeviceLinks links,
            Feedback feedback,
            InstantSource clock,
            Limits.Message limits,
            Gate gate) {
        this.gate = gate;
        this.table = table;
        this.hub = hub;
        this.registry = registry;
        this.links = links;
        this.feedback = feedback;
        this.clock = clock;
        this.limits = limits;
        this.rules = new MessageRules(limits);
        for (Fate fate : Fate.values()) {
            ended.put(fate, new LongAdder());
        }
        int[] found = {0};
        table.each(hub.value(), MessageRow.KIND, row -> {
            MessageRow message = MessageRow.read(row);
            queues.computeIfAbsent(MessageRow.identity(row), _ -> new MessageQueue())
                    .load(message.generation(), entry(MessageRow.sequence(row), message));
            found[0]++;
        });
        // Of a hub that holds more than it may now, nothing is lost; it takes nothing new until there is room.
        this.room = new Semaphore(limits.perHubMax() - found[0]);
    }

    private static Entry entry(long sequence, MessageRow message) {
        return new Entry(sequence, Instant.ofEpochMilli(message.expires()), message.wanted());
    }

    /** Messages that wait for one identity, given out or not. */
    public int count(Identity identity) {
        MessageQueue queue = queues.get(identity);
        return queue == null ? 0 : inTurn(queue, MessageQueue::size);
    }

    /** Messages that wait in this hub, given out or not. */
    public int count() {
        return limits.perHubMax() - room.availablePermits();
    }

    public MessageCounts counts() {
        Map<Fate, Long> fates = new EnumMap<>(Fate.class);
        ended.forEach((fate, count) -> fates.put(fate, count.sum()));
        return new MessageCounts(count(), queued.sum(), fates, feedback.count());
    }

    /** Takes a message for a device; when this returns {@link SendResult.Queued}, it is on disk. */
    public SendResult send(SendMessage request) {
        Instant now = now();
        MessageRefusal fault = rules.faultOf(request.message(), now);
        if (fault != null) {
            return new SendResult.Refused(fault);
        }
        GateRefusal notPassed = gate.pass(Operation.MESSAGE_SEND, request.to().device(), 1);
        if (notPassed != null) {
            return new SendResult.Refused(new MessageRefusal.NotPassed(notPassed));
        }
        if (!room.tryAcquire()) {
            return new SendResult.Refused(new QueuesOfHubFull(limits.perHubMax()));
        }
        boolean stored = false;
        try {
            SendResult result = inTurn(request.to(), queue -> send(request, queue, now));
            stored = result instanceof SendResult.Queued;
            return result;
        } finally {
            if (stored) {
                queued.increment();
                wake(request.to());
            } else {
                room.release();
            }
        }
    }

    private SendResult send(SendMessage request, MessageQueue queue, Instant now) {
        CloudMessage message = request.message();
        Instant wanted = message.expires();
        Instant expires = wanted == null ? now.plus(limits.expiryTime()) : wanted;
        Added added = table.transact(hub.value(), rows -> add(rows, request, queue, now, expires));
        if (added.result() instanceof SendResult.Queued(var sequence)) {
            room.release(queue.belongTo(added.generation()));
            queue.add(new Entry(sequence, expires, message.wanted()));
        }
        return added.result();
    }

    private record Added(SendResult result, String generation) {
        Added(MessageRefusal why) {
            this(new SendResult.Refused(why), "");
        }
    }

    private Added add(Table.Transaction rows, SendMessage request, MessageQueue queue, Instant now, Instant expires) {
        Identity identity = request.to();
        String generation = registry.generation(rows, identity).orElse(null);
        if (generation == null) {
            boolean ofDevice =
                    registry.generation(rows, Identity.of(identity.device())).isPresent();
            return new Added(missing(identity, ofDevice));
        }
        if (queue.size(generation) >= limits.perDeviceMax()) {
            return new Added(new QueueOfDeviceFull(identity, limits.perDeviceMax()));
        }
        long sequence = rows.increment(KIND_LAST, identity.toString());
        rows.put(
                MessageRow.KIND,
                MessageRow.key(identity, sequence),
                MessageRow.of(generation, request.message(), now, expires).write());
        return new Added(new SendResult.Queued(sequence), generation);
    }

    private static MessageRefusal missing(Identity identity, boolean ofDevice) {
        return identity.module() == null || !ofDevice
                ? new MessageDeviceMissing(identity.device())
                : new MessageModuleMissing(identity);
    }

    /**
     * Gives out the first message that nobody holds, and locks it.
     *
     * @param connection that takes it; the lock ends with it, and a connection that is not the identity's newest is given nothing.
     *     Null over HTTPS.
     * @param lockTime null for as long as the connection lasts
     */
    public Optional<LockedMessage> next(
            Identity identity, @Nullable DeviceLink connection, @Nullable Duration lockTime) {
        return next(identity, connection, lockTime, _ -> true);
    }

    /** As {@link #next(Identity, DeviceLink, Duration)}, for a device that asks without a connection, as often as it wants to. */
    public ReceiveResult receive(Identity identity, Duration lockTime) {
        GateRefusal notPassed = gate.pass(Operation.MESSAGE_RECEIVE, identity.device(), 1);
        return notPassed == null
                ? new ReceiveResult.Answered(next(identity, null, lockTime))
                : new ReceiveResult.Refused(new MessageRefusal.NotPassed(notPassed));
    }

    /**
     * As {@link #next(Identity, DeviceLink, Duration)}, of the messages that the connection takes.
     *
     * @param taken whether it takes a message; what it does not take stays where it is, and expires there
     */
    public Optional<LockedMessage> next(
            Identity identity,
            @Nullable DeviceLink connection,
            @Nullable Duration lockTime,
            Predicate<CloudMessage> taken) {
        MessageQueue known = queues.get(identity);
        return known == null
                ? Optional.empty()
                : inTurn(identity, queue -> next(identity, queue, connection, lockTime, taken));
    }

    private Optional<LockedMessage> next(
            Identity identity,
            MessageQueue queue,
            @Nullable DeviceLink connection,
            @Nullable Duration lockTime,
            Predicate<CloudMessage> taken) {
        Instant now = now();
        DeviceLink connected = links.find(identity).orElse(null);
        boolean superseded = connection != null && !connection.equals(connected);
        if (superseded || queue.size() == 0) {
            return Optional.empty();
        }
        belongToNow(identity, queue);
        expire(identity, queue, now, connected);
        for (Entry entry : queue.entries()) {
            if (!entry.isHeld(now, connected)) {
                Optional<MessageRow> row = table.get(
                                hub.value(), MessageRow.KIND, MessageRow.key(identity, entry.sequence))
                        .map(MessageRow::read);
                if (row.isPresent() && !taken.test(row.get().message())) {
                    continue;
                }
                if (row.isPresent()) {
                    UUID lock = entry.lock(connection, lockTime == null ? null : now.plus(lockTime));
                    return Optional.of(locked(lock, entry, row.get()));
                }
                // Deleted with its identity, a moment ago.
                remove(queue, List.of(entry));
            }
        }
        return Optional.empty();
    }

    private void belongToNow(Identity identity, MessageQueue queue) {
        room.release(queue.belongTo(registry.generation(identity).orElse("")));
    }

    /** The registry was changed, durably: what waited for an identity that is gone went with it. */
    public void changed(RegistryChange change) {
        switch (change) {
            case RegistryChange.DeviceDeleted(var device) ->
                forget(identity -> identity.device().equals(device));
            case RegistryChange.ModuleDeleted(var name) -> forget(name.identity()::equals);
            case RegistryChange.DeviceDisabled _,
                    RegistryChange.CredentialWithdrawn _,
                    RegistryChange.KeyReplaced _ -> {}
        }
    }

    private void forget(Predicate<Identity> gone) {
        queues.forEach((identity, queue) -> {
            if (gone.test(identity)) {
                boolean _ = inTurn(queue, mine -> {
                    belongToNow(identity, mine);
                    return true;
                });
            }
        });
    }

    private static LockedMessage locked(UUID lock, Entry entry, MessageRow row) {
        return new LockedMessage(
                lock,
                entry.sequence,
                Instant.ofEpochMilli(row.enqueued()),
                entry.expires,
                row.abandoned(),
                row.message());
    }

    /**
     * A device says what it did with a message that it was given.
     *
     * @return why that counts for nothing; null when it is done, durably
     */
    public @Nullable MessageRefusal settle(Identity identity, UUID lock, Settlement settlement) {
        boolean again = settlement == Settlement.ABANDONED;
        MessageRefusal refusal = queues.containsKey(identity)
                ? inTurn(identity, queue -> settle(identity, queue, lock, settlement))
                : new MessageLockLost(identity);
        if (refusal == null && again) {
            wake(identity);
        }
        return refusal;
    }

    private @Nullable MessageRefusal settle(Identity identity, MessageQueue queue, UUID lock, Settlement settlement) {
        belongToNow(identity, queue);
        Entry entry = queue.find(lock);
        if (entry == null || !entry.isHeld(now(), links.find(identity).orElse(null))) {
            return new MessageLockLost(identity);
        }
        switch (settlement) {
            case COMPLETED -> end(identity, queue, List.of(entry), Fate.SUCCESS);
            case REJECTED -> end(identity, queue, List.of(entry), Fate.REJECTED);
            case ABANDONED -> abandon(identity, queue, entry);
        }
        return null;
    }

    private void abandon(Identity identity, MessageQueue queue, Entry entry) {
        String key = MessageRow.key(identity, entry.sequence);
        MessageRow row = table.get(hub.value(), MessageRow.KIND, key)
                .map(MessageRow::read)
                .orElse(null);
        if (row != null && row.abandoned() + 1 >= limits.abandonedMax()) {
            end(identity, queue, List.of(entry), Fate.DELIVERY_COUNT_EXCEEDED);
            return;
        }
        boolean _ = table.transact(hub.value(), rows -> {
            Optional<MessageRow> before = rows.get(MessageRow.KIND, key).map(MessageRow::read);
            before.ifPresent(message ->
                    rows.put(MessageRow.KIND, key, message.abandonedAgain().write()));
            return before.isPresent();
        });
        entry.release();
    }

    /** A message did not reach its device, or may not have: it is given out again, and nothing is counted. */
    public void release(Identity identity, UUID lock) {
        if (queues.containsKey(identity)) {
            boolean released = inTurn(identity, queue -> {
                Entry entry = queue.find(lock);
                if (entry != null) {
                    entry.release();
                }
                return entry != null;
            });
            if (released) {
                wake(identity);
            }
        }
    }

    /**
     * Empties a queue, what is given out included.
     *
     * @return how many messages there were; empty when the identity is not registered
     */
    public OptionalInt purge(Identity identity) {
        if (registry.generation(identity).isEmpty()) {
            return OptionalInt.empty();
        }
        if (!queues.containsKey(identity)) {
            return OptionalInt.of(0);
        }
        return OptionalInt.of(inTurn(identity, queue -> end(identity, queue, queue.entries(), Fate.PURGED)));
    }

    /** Ends what expired, and gives out again what was held too long. Called now and then. */
    public void look() {
        Instant now = now();
        queues.forEach((identity, queue) -> {
            boolean waits = inTurn(queue, mine -> {
                // Asked in the queue's turn: a newer connection may have been given messages a moment ago.
                DeviceLink connected = links.find(identity).orElse(null);
                expire(identity, mine, now, connected);
                boolean lapsed = false;
                for (Entry entry : mine.entries()) {
                    lapsed |= entry.releaseLapsed(now, connected);
                }
                if (mine.size() == 0) {
                    mine.retire();
                    queues.remove(identity, mine);
                }
                return lapsed;
            });
            if (waits) {
                wake(identity);
            }
        });
        feedback.look();
    }

    private void expire(Identity identity, MessageQueue queue, Instant now, @Nullable DeviceLink connected) {
        List<Entry> expired = queue.entries().stream()
                .filter(entry -> !entry.expires.isAfter(now) && !entry.isHeld(now, connected))
                .toList();
        if (!expired.isEmpty()) {
            end(identity, queue, expired, Fate.EXPIRED);
        }
    }

    /**
     * Deletes messages and books what feedback their senders want, in one transaction.
     *
     * @return how many were there
     */
    private int end(Identity identity, MessageQueue queue, List<Entry> entries, Fate fate) {
        Instant now = now();
        long number = feedback.reserve(entries.size());
        Ended done = table.transact(hub.value(), rows -> {
            int messages = 0;
            List<FeedbackRecord> told = new ArrayList<>();
            for (Entry entry : entries) {
                String key = MessageRow.key(identity, entry.sequence);
                Optional<MessageRow> row = entry.wanted.includes(fate)
                        ? rows.get(MessageRow.KIND, key).map(MessageRow::read)
                        : Optional.empty();
                row.ifPresent(message ->
                        told.add(new FeedbackRecord(identity, message.generation(), message.messageId(), fate, now)));
                messages += rows.delete(MessageRow.KIND, key) ? 1 : 0;
            }
            return new Ended(messages, feedback.add(rows, number, told));
        });
        feedback.added(done.told);
        remove(queue, entries);
        LongAdder count = ended.get(fate);
        if (count != null) {
            count.add(done.messages);
        }
        return done.messages;
    }

    private record Ended(int messages, int told) {}

    private void remove(MessageQueue queue, List<Entry> entries) {
        queue.remove(entries);
        room.release(entries.size());
    }

    /** Tells the identity's connection that there may be something for it. */
    private void wake(Identity identity) {
        links.find(identity)
                .filter(link -> link.listensFor(Downlink.Channel.MESSAGES))
                .ifPresent(link -> link.send(new Downlink.MessageWaits()));
    }

    private <R extends @Nullable Object> R inTurn(Identity identity, Function<MessageQueue, R> work) {
        while (true) {
            MessageQueue queue = queues.computeIfAbsent(identity, _ -> new MessageQueue());
            queue.turn.lock();
            try {
                if (!queue.isRetired()) {
                    return work.apply(queue);
                }
            } finally {
                queue.turn.unlock();
            }
        }
    }

    private static <R> R inTurn(MessageQueue queue, Function<MessageQueue, R> work) {
        queue.turn.lock();
        try {
            return work.apply(queue);
        } finally {
            queue.turn.unlock();
        }
    }

    /** Times are kept to the millisecond. */
    private Instant now() {
        return Instant.ofEpochMilli(clock.millis());
    }
}
