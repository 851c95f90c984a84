package dev.holdfast.hub.device.http;

import dev.holdfast.base.Limits;
import dev.holdfast.hub.Hub;
import dev.holdfast.hub.HubDirectory;
import dev.holdfast.hub.TlsAdmission;
import dev.holdfast.hub.http.Faults;
import dev.holdfast.hub.http.Requests;
import dev.holdfast.hub.http.ServiceError;
import dev.holdfast.hub.http.ServiceFault;
import dev.holdfast.hub.identity.AuthenticationRefusal.TlsNotAccepted;
import dev.holdfast.hub.identity.DeviceAuthentication;
import dev.holdfast.hub.identity.DeviceCredentials;
import dev.holdfast.hub.identity.Identity;
import dev.holdfast.tls.peer.Admissions;
import dev.holdfast.tls.peer.Handshake;
import dev.holdfast.tls.report.DeviceConnected;
import dev.holdfast.tls.report.Report;
import dev.holdfast.wire.http.HttpFace;
import dev.holdfast.wire.http.HttpRequest;
import dev.holdfast.wire.http.HttpResponse;
import java.time.InstantSource;
import java.util.Objects;
import java.util.UUID;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The devices and modules of all hubs, over HTTPS. Whoever proves to be the device is answered, and nobody else learns anything, not
 * even which devices there are.
 */
public final class DeviceHttpFace implements HttpFace {
    private final HubDirectory hubs;
    private final TlsAdmission admission;
    private final Telemetry telemetry;
    private final CloudMessages messages;
    private final InstantSource clock;
    private final Faults faults;
    private final Consumer<DeviceConnected> connected;

    /**
     * @param reports told of every refused request; quick
     * @param connected told of every device that is let in, once for each connection; quick
     */
    public DeviceHttpFace(
            HubDirectory hubs,
            Limits limits,
            InstantSource clock,
            Consumer<Report> reports,
            Consumer<DeviceConnected> connected) {
        this.hubs = hubs;
        this.admission = new TlsAdmission(hubs, clock);
        this.telemetry = new Telemetry(limits.telemetry());
        this.messages = new CloudMessages(limits.message());
        this.clock = clock;
        this.faults = new Faults(clock, reports);
        this.connected = connected;
    }

    /** A request that was let in, with all that its answer takes. */
    private record Call(Hub hub, DevicePath path, DeviceAuthentication.Accepted caller, HttpRequest request) {}

    @Override
    public boolean claims(HttpRequest request) {
        return DevicePath.of(request.path()) != null
                && hubs.byHostName(request.host()).isPresent();
    }

    /** What a request asks for, as a word from a closed list: method and pattern of its path, or {@code other}. */
    public String operation(HttpRequest request) {
        DevicePath path = DevicePath.of(request.path());
        DeviceOperation operation = path == null ? DeviceOperation.NONE : path.operation();
        return request.method().equals(operation.method()) ? operation.word() : DeviceOperation.NONE.word();
    }

    @Override
    public @Nullable HttpResponse refusalOf(HttpRequest head) {
        return judged(head, call -> {
            requireServed(call);
            if (call.path().operation() == DeviceOperation.SEND) {
                telemetry.checkLength(head);
            }
            return null;
        });
    }

    @Override
    public int bodyMaxBytes(HttpRequest head, int usual) {
        return Math.clamp(telemetry.bodyMaxBytes(head), usual, Integer.MAX_VALUE);
    }

    @Override
    public HttpResponse answer(HttpRequest request) {
        return Objects.requireNonNull(judged(request, call -> {
            tell(call);
            requireServed(call);
            return served(call);
        }));
    }

    private HttpResponse served(Call call) throws ServiceFault {
        DevicePath path = call.path();
        Identity device = call.caller().identity();
        return switch (path.operation()) {
            case SEND -> telemetry.send(call.hub(), call.caller(), call.request());
            case RECEIVE -> messages.receive(call.hub(), device, call.request());
            case COMPLETE -> messages.complete(call.hub(), device, path.lock(), call.request());
            case ABANDON -> messages.abandon(call.hub(), device, path.lock());
            case FILES, NONE -> throw new IllegalStateException("found not to be served before");
        };
    }

    /** Does something that may be refused. */
    private interface Work {
        @Nullable
        HttpResponse with(Call call) throws ServiceFault;
    }

    private @Nullable HttpResponse judged(HttpRequest request, Work work) {
        Hub hub = hubs.byHostName(request.host()).orElse(null);
        DevicePath path = DevicePath.of(request.path());
        try {
            if (hub == null || path == null) {
                throw ServiceFault.unknownHub(request.host());
            }
            HttpResponse answer = work.with(letIn(hub, path, request));
            return answer == null
                    ? null
                    : Faults.traced(answer, UUID.randomUUID().toString());
        } catch (ServiceFault fault) {
            HttpResponse refused = faults.answer(fault, request, hub, path == null ? null : path.caller());
            return fault.error() == ServiceError.METHOD_NOT_ALLOWED ? refused.with("Allow", allowed(path)) : refused;
        }
    }

    private static String allowed(@Nullable DevicePath path) {
        return path == null ? "" : path.operation().method();
    }

    private Call letIn(Hub hub, DevicePath path, HttpRequest request) throws ServiceFault {
        TlsNotAccepted tls =
                admission.refusalOf(Handshake.of(request.connection()), Admissions.of(request.connection()), hub);
        if (tls != null) {
            throw ServiceFault.ofDevice(hub, tls);
        }
        DeviceCredentials credentials = new DeviceCredentials(
                path.identity(),
                request.header("authorization").orElse(null),
                Handshake.of(request.connection()).peer());
        return switch (hub.authenticator().judgeDevice(credentials)) {
            case DeviceAuthentication.Refused(var why) -> throw ServiceFault.ofDevice(hub, why);
            case DeviceAuthentication.Accepted caller -> new Call(hub, path, caller, request);
        };
    }

    private void tell(Call call) {
        String caller = call.caller().identity().toString();
        String method = call.caller().method().type();
        // A device could be let in by a token in one request and by its certificate in the next.
        if (KnownCallers.on(call.request().connection()).add(call.hub().name() + "/" + caller + " " + method)) {
            connected.accept(new DeviceConnected(
                    clock.instant(),
                    call.request().connection(),
                    call.hub().name().value(),
                    caller,
                    call.request().header("user-agent").orElse(null),
                    method));
        }
    }

    private static void requireServed(Call call) throws ServiceFault {
        DeviceOperation operation = call.path().operation();
        switch (operation) {
            case SEND, RECEIVE, COMPLETE, ABANDON -> {}
            case FILES ->
                throw ServiceFault.notServedYet(
                        "File uploads",
                        " They need a place to store files, which the hub does not have yet. Send what fits as telemetry.");
            case NONE ->
                throw ServiceFault.of(
                        ServiceError.GENERIC_NOT_FOUND,
                        "There is nothing for devices at this path. Correct it, or update the client's SDK.");
        }
        if (!call.request().method().equals(operation.method())) {
            throw ServiceFault.of(
                    ServiceError.METHOD_NOT_ALLOWED,
                    "This path takes " + operation.method() + " only. Send it with that method.");
        }
        Requests.requireVersion(call.request());
    }
}
