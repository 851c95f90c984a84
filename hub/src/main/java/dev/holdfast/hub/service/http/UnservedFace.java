package dev.holdfast.hub.service.http;

import dev.holdfast.hub.Hub;
import dev.holdfast.hub.HubDirectory;
import dev.holdfast.hub.http.Faults;
import dev.holdfast.hub.http.ServiceFault;
import dev.holdfast.tls.report.Report;
import dev.holdfast.wire.http.HttpFace;
import dev.holdfast.wire.http.HttpRequest;
import dev.holdfast.wire.http.HttpResponse;
import java.time.InstantSource;
import java.util.function.Consumer;

/** The last face of the HTTPS port: what no other claims is refused with a reason, and reported like every refusal. */
public final class UnservedFace implements HttpFace {
    private final HubDirectory hubs;
    private final Faults faults;

    /** @param reports told of every call; quick */
    public UnservedFace(HubDirectory hubs, InstantSource clock, Consumer<Report> reports) {
        this.hubs = hubs;
        this.faults = new Faults(clock, reports);
    }

    @Override
    public boolean claims(HttpRequest request) {
        return true;
    }

    @Override
    public HttpResponse refusalOf(HttpRequest head) {
        return answer(head);
    }

    @Override
    public HttpResponse answer(HttpRequest request) {
        Hub hub = hubs.byHostName(request.host()).orElse(null);
        ServiceFault fault = hub == null ? ServiceFault.unknownHub(request.host()) : ServiceFault.unknownPath(request);
        return faults.answer(fault, request, hub, null);
    }
}
