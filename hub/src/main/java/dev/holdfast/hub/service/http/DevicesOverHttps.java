package dev.holdfast.hub.service.http;

import dev.holdfast.base.ModuleId;
import dev.holdfast.hub.Hub;
import dev.holdfast.hub.HubDirectory;
import dev.holdfast.hub.TlsAdmission;
import dev.holdfast.hub.identity.AuthenticationRefusal.TlsNotAccepted;
import dev.holdfast.hub.identity.DeviceAuthentication;
import dev.holdfast.hub.identity.DeviceCredentials;
import dev.holdfast.hub.identity.Identity;
import dev.holdfast.tls.peer.Admissions;
import dev.holdfast.tls.peer.Handshake;
import dev.holdfast.tls.report.Report;
import dev.holdfast.wire.http.HttpFace;
import dev.holdfast.wire.http.HttpRequest;
import dev.holdfast.wire.http.HttpResponse;
import java.time.InstantSource;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * What devices ask for over HTTPS, none of which is served yet: whoever proves to be the device is told so, and nobody else
 * anything.
 */
public final class DevicesOverHttps implements HttpFace {
    private static final Set<String> OF_DEVICES = Set.of("messages", "files");

    private final HubDirectory hubs;
    private final TlsAdmission admission;
    private final Faults faults;

    /** @param reports told of every call; quick */
    public DevicesOverHttps(HubDirectory hubs, InstantSource clock, Consumer<Report> reports) {
        this.hubs = hubs;
        this.admission = new TlsAdmission(hubs, clock);
        this.faults = new Faults(clock, reports);
    }

    /** @param below what is asked for, in lower case, without the device or module */
    private record Asked(String device, @Nullable String module, List<String> below) {}

    private static @Nullable Asked asked(List<String> path) {
        List<String> words =
                path.stream().map(word -> word.toLowerCase(Locale.ROOT)).toList();
        if (words.size() > 2 && words.getFirst().equals("devices") && OF_DEVICES.contains(words.get(2))) {
            return new Asked(path.get(1), null, words.subList(2, words.size()));
        }
        if (words.size() > 4
                && words.getFirst().equals("devices")
                && words.get(2).equals("modules")
                && OF_DEVICES.contains(words.get(4))) {
            return new Asked(path.get(1), path.get(3), words.subList(4, words.size()));
        }
        return null;
    }

    @Override
    public boolean claims(HttpRequest request) {
        return asked(request.path()) != null && hubs.byHostName(request.host()).isPresent();
    }

    @Override
    public HttpResponse refusalOf(HttpRequest head) {
        return answer(head);
    }

    @Override
    public HttpResponse answer(HttpRequest request) {
        Hub hub = hubs.byHostName(request.host()).orElse(null);
        Asked asked = asked(request.path());
        ServiceFault fault =
                asked == null || hub == null ? ServiceFault.unknownHub(request.host()) : fault(hub, asked, request);
        return faults.answer(fault, request, hub, asked == null ? null : asked.device());
    }

    private ServiceFault fault(Hub hub, Asked asked, HttpRequest request) {
        TlsNotAccepted tls =
                admission.refusalOf(Handshake.of(request.connection()), Admissions.of(request.connection()), hub);
        if (tls != null) {
            return ServiceFault.ofDevice(hub, tls);
        }
        try {
            Identity identity = new Identity(ServiceCall.deviceId(asked.device()), module(asked.module()));
            DeviceCredentials credentials = new DeviceCredentials(
                    identity,
                    request.header("authorization").orElse(null),
                    Handshake.of(request.connection()).peer());
            return switch (hub.authenticator().judgeDevice(credentials)) {
                case DeviceAuthentication.Refused(var why) -> ServiceFault.ofDevice(hub, why);
                case DeviceAuthentication.Accepted _ -> notServed(asked.below());
            };
        } catch (ServiceFault malformed) {
            return malformed;
        }
    }

    private static @Nullable ModuleId module(@Nullable String text) throws ServiceFault {
        return text == null ? null : ServiceCall.moduleId(text);
    }

    private static ServiceFault notServed(List<String> below) {
        if (below.getFirst().equals("files")) {
            return ServiceFault.notServedYet("File uploads", "");
        }
        return switch (below.size() < 2 ? "" : below.get(1)) {
            case "events" ->
                ServiceFault.notServedYet(
                        "Telemetry messages over HTTPS", " Send them over MQTT, by default on port 8883.");
            case "devicebound" -> ServiceFault.notServedYet("Cloud-to-device messages", "");
            default ->
                ServiceFault.of(
                        ServiceError.GENERIC_NOT_FOUND,
                        "There is nothing for devices at this path. Correct it, or update the client's SDK.");
        };
    }
}
