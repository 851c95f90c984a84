package dev.holdfast.hub.command;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.base.DeviceId;
import dev.holdfast.base.HubName;
import dev.holdfast.base.Limits;
import dev.holdfast.base.ModuleId;
import dev.holdfast.hub.MemoryTable;
import dev.holdfast.hub.identity.DeviceSpec;
import dev.holdfast.hub.identity.Identity;
import dev.holdfast.hub.identity.Registry;
import dev.holdfast.hub.identity.RegistryRequest;
import dev.holdfast.hub.link.DeviceLink;
import dev.holdfast.hub.link.DeviceLinks;
import dev.holdfast.hub.link.Downlink;
import dev.holdfast.hub.link.LinkEnd;
import dev.holdfast.testkit.TestClock;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Who answers a call, how one ends without an answer, and how many there may be. */
class MethodsTest {
    private static final InetSocketAddress ADDRESS = InetSocketAddress.createUnresolved("device", 1);
    private static final Limits.Method FEW = new Limits.Method(
            64,
            20,
            4,
            5,
            3,
            100,
            Duration.ofSeconds(300),
            Duration.ZERO,
            Duration.ofSeconds(300),
            Duration.ofSeconds(30));
    private static final Identity DEV1 = Identity.of(new DeviceId("dev1"));
    private static final Identity DEV2 = Identity.of(new DeviceId("dev2"));

    private final DeviceLinks links = new DeviceLinks();
    private final Registry registry = new Registry(
            new MemoryTable(),
            new HubName("hub1"),
            new TestClock(Instant.EPOCH),
            new SecureRandom(),
            Limits.defaults().registry(),
            _ -> {});
    private final Methods methods = new Methods(registry, links, FEW);

    MethodsTest() {
        for (Identity identity : List.of(DEV1, DEV2)) {
            registry.apply(new RegistryRequest.Create(DeviceSpec.of(identity.device(), null)));
        }
    }

    /** A connected device, in the hands of a test. */
    private final class Connected implements DeviceLink {
        private final BlockingQueue<Downlink.MethodCalled> calls = new LinkedBlockingQueue<>();
        private final DeviceLinks.Registration registration;
        private volatile boolean listens;

        Connected(Identity identity, boolean listens) {
            this.listens = listens;
            registration = links.register(identity, this, ADDRESS);
        }

        @Override
        public boolean listensFor(Downlink.Channel channel) {
            return listens && channel == Downlink.Channel.METHODS;
        }

        @Override
        public void send(Downlink downlink) {
            calls.add((Downlink.MethodCalled) downlink);
        }

        @Override
        public void end(LinkEnd why) {
            leave();
        }

        void leave() {
            registration.close();
            methods.ended(this);
        }

        Downlink.MethodCalled next() throws InterruptedException {
            Downlink.MethodCalled call = calls.poll(20, TimeUnit.SECONDS);
            assertThat(call).as("a call").isNotNull();
            return call;
        }
    }

    private CompletableFuture<MethodResult> invoke(
            Identity identity, String payload, int connect, @Nullable Integer response) {
        InvokeMethod request = new InvokeMethod(
                identity,
                "m",
                payload,
                Duration.ofSeconds(connect),
                response == null ? null : Duration.ofMillis(response));
        return CompletableFuture.supplyAsync(
                () -> methods.invoke(request), Executors.newVirtualThreadPerTaskExecutor());
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static MethodResult end(CompletableFuture<MethodResult> result) throws Exception {
        return result.get(20, TimeUnit.SECONDS);
    }

    private static MethodRefusal refusal(CompletableFuture<MethodResult> result) throws Exception {
        return ((MethodResult.Refused) end(result)).refusal();
    }

    @Test
    void the_identity_that_was_called_answers_and_nobody_else() throws Exception {
        Connected device = new Connected(DEV1, true);
        CompletableFuture<MethodResult> result = invoke(DEV1, "{\"a\":1.0}", 0, null);
        Downlink.MethodCalled call = device.next();
        assertThat(call.method()).isEqualTo("m");
        assertThat(new String(call.payload(), StandardCharsets.UTF_8)).isEqualTo("{\"a\":1.0}");
        assertThat(call.call().version()).isEqualTo(4);

        methods.answer(DEV2, call.call(), 200, bytes("\"forged\""));
        methods.answer(new Identity(DEV1.device(), new ModuleId("m")), call.call(), 200, bytes("\"forged\""));
        methods.answer(Identity.of(new DeviceId("Dev1")), call.call(), 200, bytes("\"forged\""));
        methods.answer(DEV1, UUID.randomUUID(), 200, bytes("\"forged\""));
        assertThat(result).isNotDone();
        methods.answer(DEV1, call.call(), 7, bytes("[1]"));
        methods.answer(DEV1, call.call(), 8, bytes("[2]"));
        assertThat(end(result)).isEqualTo(new MethodResult.Answered(7, "[1]"));
        assertThat(methods.counts().open()).isZero();
    }

    @Test
    void a_call_waits_until_its_device_listens() throws Exception {
        CompletableFuture<MethodResult> result = invoke(DEV1, "1", 60, null);
        Connected device = new Connected(DEV1, false);
        methods.listens(DEV1);
        methods.listens(DEV2);
        assertThat(device.calls).isEmpty();
        device.listens = true;
        methods.listens(DEV1);
        methods.answer(DEV1, device.next().call(), 1, new byte[0]);
        assertThat(end(result)).isEqualTo(new MethodResult.Answered(1, "null"));
    }

    @Test
    void what_keeps_a_call_from_an_answer_is_said() throws Exception {
        assertThat(refusal(invoke(DEV1, "1", 0, null)))
                .isEqualTo(new MethodRefusal.DeviceNotOnline(DEV1, false, Duration.ZERO));
        assertThat(refusal(invoke(Identity.of(new DeviceId("dev3")), "1", 0, null))
                        .reason())
                .isEqualTo("MethodDeviceMissing");
        assertThat(refusal(invoke(new Identity(DEV1.device(), new ModuleId("m")), "1", 0, null))
                        .reason())
                .isEqualTo("MethodModuleMissing");
        Connected device = new Connected(DEV1, false);
        assertThat(refusal(invoke(DEV1, "1", 0, null)))
                .isEqualTo(new MethodRefusal.DeviceNotOnline(DEV1, true, Duration.ZERO));
        device.listens = true;
        assertThat(refusal(invoke(DEV1, "1", 0, 20)).reason()).isEqualTo("MethodNotAnswered");
        methods.answer(DEV1, device.next().call(), 1, new byte[0]);

        CompletableFuture<MethodResult> left = invoke(DEV1, "1", 0, null);
        var _ = device.next();
        device.leave();
        assertThat(refusal(left)).isEqualTo(new MethodRefusal.MethodConnectionEnded(DEV1));
        assertThat(methods.counts().open()).isZero();
    }

    @Test
    void a_takeover_ends_the_calls_of_the_older_connection_only() throws Exception {
        Connected older = new Connected(DEV1, true);
        CompletableFuture<MethodResult> first = invoke(DEV1, "1", 0, null);
        var _ = older.next();
        Connected newer = new Connected(DEV1, true);
        assertThat(refusal(first).reason()).isEqualTo("MethodConnectionEnded");
        CompletableFuture<MethodResult> second = invoke(DEV1, "2", 0, null);
        older.leave();
        methods.answer(DEV1, newer.next().call(), 5, bytes("5"));
        assertThat(end(second)).isEqualTo(new MethodResult.Answered(5, "5"));
    }

    @Test
    void calls_are_bounded_for_each_device_and_for_the_hub() throws Exception {
        Connected device = new Connected(DEV1, true);
        Connected other = new Connected(DEV2, true);
        List<CompletableFuture<MethodResult>> open = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            open.add(invoke(DEV1, "1", 0, null));
            var _ = device.next();
        }
        assertThat(refusal(invoke(DEV1, "1", 0, null)).reason()).isEqualTo("TooManyCallsToDevice");
        String big = "\"" + "x".repeat(60) + "\"";
        open.add(invoke(DEV2, big, 0, null));
        var _ = other.next();
        assertThat(refusal(invoke(DEV2, big, 0, null)).reason()).as("in bytes").isEqualTo("TooManyCallsToDevice");
        open.add(invoke(DEV2, "1", 0, null));
        var _ = other.next();
        assertThat(refusal(invoke(DEV2, "1", 0, null)).reason()).isEqualTo("TooManyCallsOfHub");
        device.leave();
        other.leave();
        for (CompletableFuture<MethodResult> each : open) {
            assertThat(refusal(each).reason()).isEqualTo("MethodConnectionEnded");
        }
        assertThat(methods.counts().open()).isZero();
        Connected again = new Connected(DEV1, true);
        CompletableFuture<MethodResult> result = invoke(DEV1, "1", 0, null);
        methods.answer(DEV1, again.next().call(), 0, bytes(" {} "));
        assertThat(end(result)).isEqualTo(new MethodResult.Answered(0, " {} "));
    }

    @Test
    void who_waits_for_a_device_is_told_that_the_hub_goes_away() throws Exception {
        CompletableFuture<MethodResult> waiting = invoke(DEV1, "1", 300, null);
        methods.end();
        assertThat(refusal(waiting)).isEqualTo(new MethodRefusal.MethodsEnded());
        assertThat(refusal(invoke(DEV1, "1", 300, null))).isEqualTo(new MethodRefusal.MethodsEnded());
    }

    @Test
    void names_payloads_and_times_have_bounds() throws Exception {
        for (String name : List.of("", "a/b", "a+", "#", "a?b", "%41", "a\nb", "\0", "ü", "x".repeat(21))) {
            assertThat(methods.invoke(new InvokeMethod(DEV1, name, "1", Duration.ZERO, null)))
                    .as(name)
                    .isEqualTo(new MethodResult.Refused(new MethodRefusal.MethodNameMalformed(20)));
        }
        for (String payload :
                List.of("", "{", "1 2", "[[[[[1]]]]]", "\"" + "x".repeat(70) + "\"", "\uFEFF1", "{\"a\":\0}")) {
            assertThat(refusal(invoke(DEV1, payload, 0, null)).reason())
                    .as(payload)
                    .startsWith("MethodPayload");
        }
        assertThat(refusal(invoke(DEV1, "1", 301, null)).reason()).isEqualTo("MethodConnectTimeoutOutOfRange");
        assertThat(refusal(invoke(DEV1, "1", -1, null)).reason()).isEqualTo("MethodConnectTimeoutOutOfRange");
        assertThat(refusal(invoke(DEV1, "1", 0, 300_001)).reason()).isEqualTo("MethodResponseTimeoutOutOfRange");
    }

    @Test
    void an_answer_that_cant_be_passed_on_is_an_error() throws Exception {
        Connected device = new Connected(DEV1, true);
        for (byte[] answer :
                List.of(bytes("{"), bytes("1,"), new byte[] {(byte) 0xC3}, bytes("[".repeat(60)), new byte[65])) {
            CompletableFuture<MethodResult> result = invoke(DEV1, "1", 0, null);
            methods.answer(DEV1, device.next().call(), 200, answer);
            assertThat(refusal(result).reason()).startsWith("MethodAnswer");
        }
    }
}
