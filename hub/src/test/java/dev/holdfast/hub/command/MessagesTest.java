package dev.holdfast.hub.command;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.base.DeviceId;
import dev.holdfast.base.HubName;
import dev.holdfast.base.Limits;
import dev.holdfast.base.ModuleId;
import dev.holdfast.hub.MemoryTable;
import dev.holdfast.hub.identity.DeviceSpec;
import dev.holdfast.hub.identity.Identity;
import dev.holdfast.hub.identity.ModuleRequest;
import dev.holdfast.hub.identity.ModuleSpec;
import dev.holdfast.hub.identity.Precondition;
import dev.holdfast.hub.identity.Registry;
import dev.holdfast.hub.identity.RegistryChange;
import dev.holdfast.hub.identity.RegistryRequest;
import dev.holdfast.hub.link.DeviceLink;
import dev.holdfast.hub.link.DeviceLinks;
import dev.holdfast.hub.link.Downlink;
import dev.holdfast.hub.link.LinkEnd;
import dev.holdfast.hub.telemetry.SystemProperty;
import dev.holdfast.testkit.TestClock;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.TreeSet;
import java.util.UUID;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** What waits, who is given it, how it ends, and what its sender hears of that. */
class MessagesTest {
    private static final HubName HUB = new HubName("hub1");
    private static final Limits LIMITS = Limits.defaults();
    private static final Duration MINUTE = Duration.ofMinutes(1);
    private static final Identity DEV1 = Identity.of(new DeviceId("dev1"));
    private static final Identity DEV10 = Identity.of(new DeviceId("dev10"));
    private static final Identity MODULE = new Identity(DEV1.device(), new ModuleId("m"));
    private static final InetSocketAddress ADDRESS = InetSocketAddress.createUnresolved("device", 1);

    private final MemoryTable table = new MemoryTable();
    private final TestClock clock = new TestClock(Instant.parse("2026-01-01T00:00:00Z"));
    private final DeviceLinks links = new DeviceLinks();
    private final Registry registry = new Registry(table, HUB, clock, new SecureRandom(), LIMITS.registry(), _ -> {});
    private Feedback feedback = feedback();
    private Messages messages = messages();

    MessagesTest() {
        register(DEV1);
        register(DEV10);
    }

    private void register(Identity device) {
        registry.apply(new RegistryRequest.Create(DeviceSpec.of(device.device(), null)));
    }

    private Feedback feedback() {
        return new Feedback(table, HUB, registry, clock, LIMITS.message().feedback());
    }

    private Messages messages() {
        return new Messages(table, HUB, registry, links, feedback, clock, LIMITS.message());
    }

    /** As after kill -9: what is in memory is gone. */
    private void restart() {
        feedback = feedback();
        messages = messages();
    }

    private static CloudMessage message(String body, FeedbackWanted wanted) {
        return new CloudMessage(
                body.getBytes(StandardCharsets.UTF_8),
                Map.of(SystemProperty.MESSAGE_ID, "id-" + body),
                Map.of("k", "v"),
                wanted,
                null);
    }

    private void send(Identity to, String body) {
        send(to, message(body, FeedbackWanted.NONE));
    }

    private void send(Identity to, CloudMessage message) {
        assertThat(messages.send(new SendMessage(to, message))).isInstanceOf(SendResult.Queued.class);
    }

    private MessageRefusal refusal(Identity to, CloudMessage message) {
        return ((SendResult.Refused) messages.send(new SendMessage(to, message))).refusal();
    }

    private Optional<LockedMessage> next(Identity identity) {
        return messages.next(identity, null, MINUTE);
    }

    private LockedMessage take(Identity identity) {
        return next(identity).orElseThrow();
    }

    private static String body(LockedMessage given) {
        return body(given.message());
    }

    private static String body(CloudMessage message) {
        return new String(message.body(), StandardCharsets.UTF_8);
    }

    private List<String> drain(Identity identity) {
        List<String> bodies = new ArrayList<>();
        for (Optional<LockedMessage> next = next(identity); next.isPresent(); next = next(identity)) {
            bodies.add(body(next.get()));
            assertThat(messages.settle(identity, next.get().lock(), Settlement.COMPLETED))
                    .isNull();
        }
        return bodies;
    }

    /** What feedback tells, as {@code id=status}. */
    private List<String> told() {
        clock.advance(LIMITS.message().feedback().batchTime());
        List<String> told = new ArrayList<>();
        for (Optional<FeedbackBatch> next = feedback.next(); next.isPresent(); next = feedback.next()) {
            next.get()
                    .records()
                    .forEach(record ->
                            told.add(record.messageId() + "=" + record.fate().text()));
            assertThat(feedback.settle(next.get().lock(), Settlement.COMPLETED)).isNull();
        }
        return told;
    }

    private final class Connected implements DeviceLink {
        final List<Downlink> told = new ArrayList<>();
        private final DeviceLinks.Registration registration;

        Connected(Identity identity) {
            registration = links.register(identity, this, ADDRESS);
        }

        @Override
        public boolean listensFor(Downlink.Channel channel) {
            return channel == Downlink.Channel.MESSAGES;
        }

        @Override
        public void send(Downlink downlink) {
            told.add(downlink);
        }

        @Override
        public void end(LinkEnd why) {
            registration.close();
        }
    }

    @Test
    void messages_come_in_the_order_in_which_they_were_sent_and_to_nobody_else() {
        IntStream.range(0, 12).forEach(i -> send(DEV1, "m" + i));
        send(DEV10, "other");
        assertThat(next(MODULE)).isEmpty();
        assertThat(drain(DEV1))
                .containsExactlyElementsOf(
                        IntStream.range(0, 12).mapToObj(i -> "m" + i).toList());
        assertThat(drain(DEV10)).containsExactly("other");
        assertThat(messages.count()).isZero();
    }

    @Test
    void everything_about_a_message_survives_a_restart() {
        Map<String, String> properties = new LinkedHashMap<>();
        properties.put("z", "1");
        properties.put("a", "ü =&/");
        Instant expires = clock.instant().plus(Duration.ofHours(5));
        CloudMessage sent = new CloudMessage(
                new byte[] {0, -1, 7},
                Map.of(SystemProperty.MESSAGE_ID, "id", SystemProperty.CONTENT_TYPE, "application/json"),
                properties,
                FeedbackWanted.FULL,
                expires);
        send(DEV1, sent);
        restart();
        LockedMessage given = take(DEV1);
        assertThat(given.message().body()).isEqualTo(sent.body());
        assertThat(given.message().system()).isEqualTo(sent.system());
        assertThat(new ArrayList<>(given.message().properties().entrySet()))
                .isEqualTo(new ArrayList<>(properties.entrySet()));
        assertThat(given.message().wanted()).isEqualTo(FeedbackWanted.FULL);
        assertThat(given.expires()).isEqualTo(expires);
        assertThat(given.enqueued()).isEqualTo(clock.instant());
    }

    @Test
    void a_completed_message_is_gone_for_good_and_sequence_numbers_are_not_used_again() {
        send(DEV1, "a");
        LockedMessage first = take(DEV1);
        assertThat(messages.settle(DEV1, first.lock(), Settlement.COMPLETED)).isNull();
        restart();
        assertThat(next(DEV1)).isEmpty();
        send(DEV1, "b");
        assertThat(take(DEV1).sequence()).isGreaterThan(first.sequence());
    }

    @Test
    void what_was_given_out_and_not_settled_is_given_out_again_after_a_restart() {
        send(DEV1, "a");
        LockedMessage given = take(DEV1);
        restart();
        assertThat(messages.settle(DEV1, given.lock(), Settlement.COMPLETED))
                .isEqualTo(new MessageRefusal.MessageLockLost(DEV1));
        assertThat(drain(DEV1)).containsExactly("a");
    }

    @Test
    void nobody_else_is_given_a_locked_message_until_its_lock_runs_out() {
        send(DEV1, "a");
        LockedMessage given = take(DEV1);
        assertThat(next(DEV1)).isEmpty();
        clock.advance(MINUTE);
        assertThat(messages.settle(DEV1, given.lock(), Settlement.COMPLETED))
                .isEqualTo(new MessageRefusal.MessageLockLost(DEV1));
        LockedMessage again = take(DEV1);
        assertThat(again.abandoned()).as("a lock that runs out is not counted").isZero();
        assertThat(again.lock()).isNotEqualTo(given.lock());
        assertThat(messages.settle(DEV1, again.lock(), Settlement.COMPLETED)).isNull();
        assertThat(messages.settle(DEV1, again.lock(), Settlement.COMPLETED))
                .isEqualTo(new MessageRefusal.MessageLockLost(DEV1));
    }

    @Test
    void another_identity_settles_nothing() {
        send(DEV1, "a");
        LockedMessage given = take(DEV1);
        for (Identity other : List.of(DEV10, MODULE)) {
            assertThat(messages.settle(other, given.lock(), Settlement.COMPLETED))
                    .isEqualTo(new MessageRefusal.MessageLockLost(other));
        }
        assertThat(messages.settle(DEV1, given.lock(), Settlement.COMPLETED)).isNull();
    }

    @Test
    void a_newer_connection_is_given_everything_and_the_older_one_settles_nothing() {
        send(DEV1, "a");
        Connected older = new Connected(DEV1);
        LockedMessage given = messages.next(DEV1, older, null).orElseThrow();
        Connected newer = new Connected(DEV1);
        assertThat(messages.next(DEV1, older, null)).isEmpty();
        LockedMessage again = messages.next(DEV1, newer, null).orElseThrow();
        assertThat(messages.settle(DEV1, given.lock(), Settlement.COMPLETED))
                .isEqualTo(new MessageRefusal.MessageLockLost(DEV1));
        assertThat(messages.settle(DEV1, again.lock(), Settlement.COMPLETED)).isNull();
        assertThat(messages.count(DEV1)).isZero();
    }

    @Test
    void a_connection_is_told_when_something_waits() {
        Connected device = new Connected(DEV1);
        send(DEV1, "a");
        send(DEV10, "b");
        assertThat(device.told).containsExactly(new Downlink.MessageWaits());
        LockedMessage given = messages.next(DEV1, device, MINUTE).orElseThrow();
        messages.release(DEV1, given.lock());
        assertThat(device.told).hasSize(2);
        LockedMessage again = messages.next(DEV1, device, MINUTE).orElseThrow();
        assertThat(messages.settle(DEV1, again.lock(), Settlement.ABANDONED)).isNull();
        assertThat(device.told).hasSize(3);
        assertThat(messages.next(DEV1, device, MINUTE)).isPresent();
        clock.advance(MINUTE);
        messages.look();
        assertThat(device.told).as("the lock ran out").hasSize(4);
    }

    @Test
    void a_message_that_was_abandoned_ten_times_is_not_given_out_again() {
        send(DEV1, message("a", FeedbackWanted.NEGATIVE));
        for (int i = 0; i < LIMITS.message().abandonedMax(); i++) {
            LockedMessage given = take(DEV1);
            assertThat(given.abandoned()).isEqualTo(i);
            assertThat(messages.settle(DEV1, given.lock(), Settlement.ABANDONED))
                    .isNull();
            restart();
        }
        assertThat(next(DEV1)).isEmpty();
        assertThat(told()).containsExactly("id-a=DeliveryCountExceeded");
    }

    @Test
    void a_message_expires_after_an_hour_or_when_its_sender_says() {
        send(DEV1, message("usual", FeedbackWanted.FULL));
        send(
                DEV1,
                new CloudMessage(
                        new byte[0],
                        Map.of(SystemProperty.MESSAGE_ID, "soon"),
                        Map.of(),
                        FeedbackWanted.FULL,
                        clock.instant().plusSeconds(30)));
        clock.advance(Duration.ofSeconds(30));
        messages.look();
        assertThat(messages.count(DEV1)).isEqualTo(1);
        assertThat(told()).containsExactly("soon=Expired");
        clock.advance(Duration.ofMinutes(59));
        messages.look();
        clock.advance(Duration.ofSeconds(30));
        assertThat(next(DEV1)).isEmpty();
        assertThat(told()).containsExactly("id-usual=Expired");
    }

    @Test
    void what_cannot_be_sent_is_refused_with_the_reason() {
        assertThat(refusal(Identity.of(new DeviceId("nobody")), message("a", FeedbackWanted.NONE)))
                .isEqualTo(new MessageRefusal.MessageDeviceMissing(new DeviceId("nobody")));
        assertThat(refusal(MODULE, message("a", FeedbackWanted.NONE)))
                .isEqualTo(new MessageRefusal.MessageModuleMissing(MODULE));
        assertThat(refusal(DEV1, message("x".repeat(64 * 1024), FeedbackWanted.NONE)))
                .isInstanceOf(MessageRefusal.CloudMessageTooLarge.class);
        for (String value : List.of("a\r\nb", "\u0000", "\ud800")) {
            assertThat(refusal(
                            DEV1,
                            new CloudMessage(new byte[0], Map.of(), Map.of("k", value), FeedbackWanted.NONE, null)))
                    .as("value %s", value.codePoints().boxed().toList())
                    .isEqualTo(new MessageRefusal.MessagePropertyUnfit("k"));
        }
        for (String name : List.of("", "a\nb", "ü", "n".repeat(129))) {
            assertThat(refusal(
                            DEV1,
                            new CloudMessage(new byte[0], Map.of(), Map.of(name, "v"), FeedbackWanted.NONE, null)))
                    .isInstanceOf(MessageRefusal.MessagePropertyUnfit.class);
        }
        assertThat(refusal(DEV1, expiring(clock.instant()))).isInstanceOf(MessageRefusal.MessageExpiryPast.class);
        assertThat(refusal(DEV1, expiring(clock.instant().plus(Duration.ofHours(49)))))
                .isInstanceOf(MessageRefusal.MessageExpiryTooFar.class);
        assertThat(refusal(DEV1, expiring(Instant.MAX))).isInstanceOf(MessageRefusal.MessageExpiryTooFar.class);
        assertThat(messages.count()).isZero();
    }

    private static CloudMessage expiring(Instant when) {
        return new CloudMessage(new byte[0], Map.of(), Map.of(), FeedbackWanted.NONE, when);
    }

    @Test
    void the_fifty_first_message_is_refused_until_there_is_room() {
        int max = LIMITS.message().perDeviceMax();
        IntStream.range(0, max).forEach(i -> send(DEV1, "m" + i));
        assertThat(refusal(DEV1, message("more", FeedbackWanted.NONE)))
                .isEqualTo(new MessageRefusal.QueueOfDeviceFull(DEV1, max));
        LockedMessage given = take(DEV1);
        assertThat(refusal(DEV1, message("more", FeedbackWanted.NONE)))
                .isInstanceOf(MessageRefusal.QueueOfDeviceFull.class);
        messages.settle(DEV1, given.lock(), Settlement.REJECTED);
        send(DEV1, "more");
        assertThat(messages.count()).isEqualTo(max);
    }

    @Test
    void purging_empties_the_queue_with_what_is_given_out() {
        send(DEV1, message("a", FeedbackWanted.FULL));
        send(DEV1, message("b", FeedbackWanted.POSITIVE));
        send(DEV10, "c");
        LockedMessage given = take(DEV1);
        assertThat(messages.purge(DEV1)).hasValue(2);
        assertThat(messages.purge(DEV1)).hasValue(0);
        assertThat(messages.purge(Identity.of(new DeviceId("nobody")))).isEmpty();
        assertThat(messages.settle(DEV1, given.lock(), Settlement.COMPLETED)).isNotNull();
        restart();
        assertThat(messages.count()).isEqualTo(1);
        assertThat(told()).containsExactly("id-a=Purged");
    }

    @Test
    void feedback_tells_what_its_sender_asked_for() {
        for (FeedbackWanted wanted : FeedbackWanted.values()) {
            send(DEV1, message(wanted + "-completed", wanted));
            send(DEV1, message(wanted + "-rejected", wanted));
        }
        for (int i = 0; i < FeedbackWanted.values().length; i++) {
            assertThat(messages.settle(DEV1, take(DEV1).lock(), Settlement.COMPLETED))
                    .isNull();
            assertThat(messages.settle(DEV1, take(DEV1).lock(), Settlement.REJECTED))
                    .isNull();
        }
        restart();
        assertThat(told())
                .containsExactly(
                        "id-POSITIVE-completed=Success",
                        "id-NEGATIVE-rejected=Rejected",
                        "id-FULL-completed=Success",
                        "id-FULL-rejected=Rejected");
        assertThat(feedback.count()).isZero();
    }

    @Test
    void a_device_that_is_made_again_inherits_nothing() {
        send(DEV1, message("old", FeedbackWanted.FULL));
        send(DEV1, message("kept", FeedbackWanted.FULL));
        assertThat(messages.settle(DEV1, take(DEV1).lock(), Settlement.COMPLETED))
                .isNull();
        registry.apply(new RegistryRequest.Delete(DEV1.device(), new Precondition.Exists()));
        register(DEV1);
        assertThat(next(DEV1)).isEmpty();
        assertThat(told()).as("feedback goes with its device").isEmpty();
        send(DEV1, "new");
        assertThat(drain(DEV1)).containsExactly("new");
        assertThat(messages.count()).isZero();
        restart();
        assertThat(messages.count()).isZero();
    }

    @Test
    void what_a_connection_does_not_take_stays_and_expires() {
        send(DEV1, expiring(clock.instant().plusSeconds(30)));
        send(DEV1, "b");
        Connected device = new Connected(DEV1);
        LockedMessage given = messages.next(
                        DEV1, device, null, message -> body(message).equals("b"))
                .orElseThrow();
        assertThat(body(given)).isEqualTo("b");
        assertThat(messages.next(DEV1, device, null, message -> body(message).equals("b")))
                .isEmpty();
        clock.advance(Duration.ofSeconds(30));
        messages.look();
        assertThat(messages.count(DEV1)).isEqualTo(1);
    }

    @Test
    void a_device_keeps_its_messages_when_a_module_goes_that_is_called_like_one_of_them() {
        Identity odd = new Identity(DEV1.device(), new ModuleId("0000000000000000001"));
        registry.modules()
                .apply(new ModuleRequest.Create(ModuleSpec.of(odd.moduleName().orElseThrow(), null)));
        send(DEV1, "a");
        send(odd, "b");
        registry.modules().apply(new ModuleRequest.Delete(odd.moduleName().orElseThrow(), new Precondition.Exists()));
        messages.changed(new RegistryChange.ModuleDeleted(odd.moduleName().orElseThrow()));
        assertThat(messages.count()).isEqualTo(1);
        assertThat(drain(DEV1)).containsExactly("a");
    }

    @Test
    void messages_of_a_device_that_was_deleted_are_not_counted() {
        send(DEV1, "a");
        send(DEV10, "b");
        LockedMessage given = take(DEV1);
        registry.apply(new RegistryRequest.Delete(DEV1.device(), new Precondition.Exists()));
        messages.changed(new RegistryChange.DeviceDeleted(DEV1.device()));
        assertThat(messages.count()).isEqualTo(1);
        register(DEV1);
        assertThat(messages.count(DEV1)).isZero();
        assertThat(messages.settle(DEV1, given.lock(), Settlement.COMPLETED))
                .isEqualTo(new MessageRefusal.MessageLockLost(DEV1));
    }

    @Test
    void properties_that_no_topic_can_hold_are_refused() {
        String long_ = "ü".repeat(10_000);
        assertThat(refusal(
                        DEV1, new CloudMessage(new byte[0], Map.of(), Map.of("k", long_), FeedbackWanted.NONE, null)))
                .isInstanceOf(MessageRefusal.MessagePropertiesTooLong.class);
        send(DEV1, new CloudMessage(new byte[0], Map.of(), Map.of("k", "x".repeat(50_000)), FeedbackWanted.NONE, null));
    }

    /** Whatever happens in whatever order: each message ends once, feedback says how, and what was not ended is still there. */
    @Test
    void nothing_is_lost_and_nothing_ends_twice() {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        TreeSet<String> waiting = new TreeSet<>();
        Map<UUID, String> given = new LinkedHashMap<>();
        List<String> ended = new ArrayList<>();
        List<String> told = new ArrayList<>();
        for (int step = 0; step < 2000; step++) {
            switch (random.nextInt(8)) {
                case 0, 1 -> {
                    String id = "s" + step;
                    if (messages.send(new SendMessage(DEV1, message(id, FeedbackWanted.FULL)))
                            instanceof SendResult.Queued) {
                        waiting.add("id-" + id);
                    }
                }
                case 2, 3 ->
                    next(DEV1)
                            .ifPresent(one -> given.put(
                                    one.lock(), String.valueOf(one.message().property(SystemProperty.MESSAGE_ID))));
                case 4, 5 -> {
                    UUID lock = any(given, random);
                    Settlement settlement = List.of(Settlement.values()).get(random.nextInt(3));
                    String id = given.remove(lock);
                    boolean done = messages.settle(DEV1, lock, settlement) == null;
                    if (done && settlement != Settlement.ABANDONED) {
                        assertThat(waiting.remove(id))
                                .as("seed %d: %s ends once", seed, id)
                                .isTrue();
                        ended.add(id + "=" + (settlement == Settlement.COMPLETED ? "Success" : "Rejected"));
                    }
                }
                case 6 -> clock.advance(Duration.ofSeconds(random.nextInt(20)));
                default -> {
                    if (random.nextInt(4) == 0) {
                        restart();
                    }
                }
            }
            if (step % 100 == 99) {
                told.addAll(told());
            }
        }
        told.addAll(told());
        told.stream().filter(fate -> !ended.contains(fate)).toList().forEach(fate -> {
            assertThat(fate).as("seed %d", seed).matches(".*=(Expired|DeliveryCountExceeded)");
            assertThat(waiting.remove(fate.substring(0, fate.indexOf('='))))
                    .as("seed %d: %s", seed, fate)
                    .isTrue();
        });
        assertThat(told).as("seed %d", seed).doesNotHaveDuplicates().containsAll(ended);
        clock.advance(MINUTE);
        assertThat(drain(DEV1).stream().map(body -> "id-" + body))
                .as("seed %d", seed)
                .containsExactlyInAnyOrderElementsOf(waiting);
    }

    private static UUID any(Map<UUID, String> given, Random random) {
        List<UUID> locks = List.copyOf(given.keySet());
        return locks.isEmpty() ? UUID.randomUUID() : locks.get(random.nextInt(locks.size()));
    }
}
