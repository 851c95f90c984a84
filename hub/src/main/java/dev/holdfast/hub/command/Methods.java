package dev.holdfast.hub.command;

import dev.holdfast.base.Histogram;
import dev.holdfast.base.Limits;
import dev.holdfast.base.ReasonCounters;
import dev.holdfast.hub.command.MethodRefusal.DeviceNotOnline;
import dev.holdfast.hub.command.MethodRefusal.MethodAnswerNotJson;
import dev.holdfast.hub.command.MethodRefusal.MethodAnswerTooLong;
import dev.holdfast.hub.command.MethodRefusal.MethodConnectTimeoutOutOfRange;
import dev.holdfast.hub.command.MethodRefusal.MethodConnectionEnded;
import dev.holdfast.hub.command.MethodRefusal.MethodDeviceMissing;
import dev.holdfast.hub.command.MethodRefusal.MethodModuleMissing;
import dev.holdfast.hub.command.MethodRefusal.MethodNameMalformed;
import dev.holdfast.hub.command.MethodRefusal.MethodNotAnswered;
import dev.holdfast.hub.command.MethodRefusal.MethodPayloadNotJson;
import dev.holdfast.hub.command.MethodRefusal.MethodPayloadTooLong;
import dev.holdfast.hub.command.MethodRefusal.MethodResponseTimeoutOutOfRange;
import dev.holdfast.hub.command.MethodRefusal.MethodsEnded;
import dev.holdfast.hub.command.MethodResult.Answered;
import dev.holdfast.hub.command.MethodResult.Refused;
import dev.holdfast.hub.identity.Identity;
import dev.holdfast.hub.identity.Registry;
import dev.holdfast.hub.link.DeviceLink;
import dev.holdfast.hub.link.DeviceLinks;
import dev.holdfast.hub.link.Downlink;
import dev.holdfast.hub.throttle.Gate;
import dev.holdfast.hub.throttle.GateRefusal;
import dev.holdfast.hub.throttle.Operation;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * The direct methods of one hub: a bounded table of calls that wait for their answer, in memory. A call goes out on the connection
 * that its device has at that moment, and ends with that connection; nothing is repeated. Only the identity that was called can
 * answer it.
 *
 * <p>Any thread; {@link #invoke} blocks until there is an answer or none will come, the other methods return at once.
 */
public final class Methods {
    /** What a topic, a link property and every SDK passes on unharmed. */
    private static final String NOT_IN_NAMES = "/+#?%";

    /** As Azure meters payloads: what is begun counts. */
    private static final int METER_BYTES = 4096;

    private final Registry registry;
    private final DeviceLinks links;
    private final Limits.Method limits;
    private final JsonText json;
    private final OpenCalls open;
    private final Gate gate;
    private final Map<UUID, Pending> pending = new ConcurrentHashMap<>();
    private final Histogram answeredNanos = Histogram.ofNanos();
    private final ReasonCounters refused = new ReasonCounters(MethodRefusal.class);
    private volatile boolean over;

    /** Of which none is held up. */
    public Methods(Registry registry, DeviceLinks links, Limits.Method limits) {
        this(registry, links, limits, Gate.open());
    }

    /** @param gate asked for each call that could be made */
    public Methods(Registry registry, DeviceLinks links, Limits.Method limits, Gate gate) {
        this.gate = gate;
        this.registry = registry;
        this.links = links;
        this.limits = limits;
        this.json = new JsonText(limits.depthMax(), limits.payloadMaxBytes());
        this.open = new OpenCalls(limits);
    }

    /** A call that went out. */
    private record Pending(Identity identity, DeviceLink link, CompletableFuture<Outcome> outcome) {}

    /** How waiting for an answer ends. */
    private sealed interface Outcome {
        record Answer(int status, byte[] payload) implements Outcome {}

        record AnswerTooLong(int bytes) implements Outcome {}

        record ConnectionEnded() implements Outcome {}
    }

    public MethodCounts counts() {
        return new MethodCounts(open.count(), answeredNanos.snapshot(), refused.counts());
    }

    public MethodResult invoke(InvokeMethod request) {
        long begun = System.nanoTime();
        MethodResult result = resultOf(request);
        switch (result) {
            case Answered _ -> answeredNanos.observe(System.nanoTime() - begun);
            case Refused(var why) -> refused.count(why.reason());
        }
        return result;
    }

    private MethodResult resultOf(InvokeMethod request) {
        MethodRefusal fault = faultOf(request);
        if (fault != null) {
            return new Refused(fault);
        }
        int bytes = request.payload().getBytes(StandardCharsets.UTF_8).length;
        GateRefusal notPassed =
                gate.pass(Operation.METHOD, request.identity().device(), Math.max(1, Math.ceilDiv(bytes, METER_BYTES)));
        if (notPassed != null) {
            return new Refused(new MethodRefusal.NotPassed(notPassed));
        }
        return switch (open.enter(request.identity(), bytes)) {
            case OpenCalls.Entry.Refused(var why) -> new Refused(why);
            case OpenCalls.Entry.In(var place) -> {
                try {
                    yield call(request, place);
                } catch (InterruptedException _) {
                    Thread.currentThread().interrupt();
                    yield new Refused(new MethodNotAnswered(request.identity(), Duration.ZERO));
                } finally {
                    open.leave(request.identity(), bytes);
                }
            }
        };
    }

    private @Nullable MethodRefusal faultOf(InvokeMethod request) {
        if (!isName(request.method())) {
            return new MethodNameMalformed(limits.nameMaxChars());
        }
        Duration connect = request.connectTimeout();
        if (connect.isNegative() || connect.compareTo(limits.connectMaxTime()) > 0) {
            return new MethodConnectTimeoutOutOfRange(limits.connectMaxTime());
        }
        Duration response = responseTimeout(request);
        if (response.compareTo(limits.responseMinTime()) < 0 || response.compareTo(limits.responseMaxTime()) > 0) {
            return new MethodResponseTimeoutOutOfRange(limits.responseMinTime(), limits.responseMaxTime());
        }
        int bytes = request.payload().getBytes(StandardCharsets.UTF_8).length;
        if (bytes > limits.payloadMaxBytes()) {
            return new MethodPayloadTooLong(bytes, limits.payloadMaxBytes());
        }
        if (!json.isValue(request.payload())) {
            return new MethodPayloadNotJson();
        }
        return faultOf(request.identity());
    }

    private @Nullable MethodRefusal faultOf(Identity identity) {
        if (registry.generation(identity).isPresent()) {
            return null;
        }
        boolean ofModule = identity.module() != null
                && registry.generation(Identity.of(identity.device())).isPresent();
        return ofModule ? new MethodModuleMissing(identity) : new MethodDeviceMissing(identity.device());
    }

    private boolean isName(String name) {
        return !name.isEmpty()
                && name.length() <= limits.nameMaxChars()
                && name.chars().allMatch(c -> c >= ' ' && c < 0x7F && NOT_IN_NAMES.indexOf(c) < 0);
    }

    private Duration responseTimeout(InvokeMethod request) {
        Duration asked = request.responseTimeout();
        return asked == null ? limits.responseTime() : asked;
    }

    private MethodResult call(InvokeMethod request, OpenCalls.Place place) throws InterruptedException {
        Identity identity = request.identity();
        boolean came = place.await(() -> over || listening(identity) != null, request.connectTimeout());
        if (over) {
            return new Refused(new MethodsEnded());
        }
        if (!came) {
            return offline(request);
        }
        DeviceLink link = listening(identity);
        if (link == null) {
            return offline(request);
        }
        UUID id = UUID.randomUUID();
        Pending call = new Pending(identity, link, new CompletableFuture<>());
        pending.put(id, call);
        try {
            link.send(new Downlink.MethodCalled(
                    id, request.method(), request.payload().getBytes(StandardCharsets.UTF_8)));
            // Looked at after the call was entered: either this sees that the connection is over, or its end sees the
            // call.
            if (links.find(identity).filter(link::equals).isEmpty()) {
                call.outcome().complete(new Outcome.ConnectionEnded());
            }
            Duration timeout = responseTimeout(request);
            return result(identity, call.outcome().get(timeout.toNanos(), TimeUnit.NANOSECONDS));
        } catch (TimeoutException _) {
            return new Refused(new MethodNotAnswered(identity, responseTimeout(request)));
        } catch (ExecutionException e) {
            throw new IllegalStateException("a call is never completed with a failure", e);
        } finally {
            pending.remove(id);
        }
    }

    private @Nullable DeviceLink listening(Identity identity) {
        return links.find(identity)
                .filter(link -> link.listensFor(Downlink.Channel.METHODS))
                .orElse(null);
    }

    private Refused offline(InvokeMethod request) {
        Identity identity = request.identity();
        return new Refused(new DeviceNotOnline(identity, links.isConnected(identity), request.connectTimeout()));
    }

    private MethodResult result(Identity identity, Outcome outcome) {
        return switch (outcome) {
            case Outcome.Answer(var status, var payload) -> {
                String text = payload.length == 0 ? "null" : json.read(payload).orElse(null);
                yield text == null ? new Refused(new MethodAnswerNotJson(identity)) : new Answered(status, text);
            }
            case Outcome.AnswerTooLong(var bytes) ->
                new Refused(new MethodAnswerTooLong(identity, bytes, limits.payloadMaxBytes()));
            case Outcome.ConnectionEnded() -> new Refused(new MethodConnectionEnded(identity));
        };
    }

    /** A device listens for methods from now on: calls that wait for it go out. */
    public void listens(Identity identity) {
        open.lookAgain(identity);
    }

    /**
     * A device answers. An answer to nothing that waits is dropped: it is late, or to a call of somebody else.
     *
     * @param from who answers, as the connection proves it
     * @param payload JSON in UTF-8, or nothing
     */
    public void answer(Identity from, UUID id, int status, byte[] payload) {
        Pending call = pending.get(id);
        if (call != null && call.identity().equals(from)) {
            call.outcome()
                    .complete(
                            payload.length > limits.payloadMaxBytes()
                                    ? new Outcome.AnswerTooLong(payload.length)
                                    : new Outcome.Answer(status, payload));
        }
    }

    /** The hub goes away: calls that wait for their device end, and so does each that comes. Connections end by themselves. */
    public void end() {
        over = true;
        open.lookAgain();
    }

    /** A connection is over, and not among the links any more: what was called on it will not be answered. */
    public void ended(DeviceLink link) {
        for (Pending call : pending.values()) {
            if (call.link().equals(link)) {
                call.outcome().complete(new Outcome.ConnectionEnded());
            }
        }
    }
}
