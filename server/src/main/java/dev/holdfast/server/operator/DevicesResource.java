package dev.holdfast.server.operator;

import dev.holdfast.base.DeviceId;
import dev.holdfast.base.Limits;
import dev.holdfast.hub.Hub;
import dev.holdfast.hub.identity.Authentication;
import dev.holdfast.hub.identity.Device;
import dev.holdfast.hub.identity.DeviceSpec;
import dev.holdfast.hub.identity.Identity;
import dev.holdfast.hub.identity.KeyRenewal;
import dev.holdfast.hub.identity.Precondition;
import dev.holdfast.hub.identity.RegistryRefusal;
import dev.holdfast.hub.identity.RegistryRequest;
import dev.holdfast.hub.identity.RegistryResult;
import dev.holdfast.hub.identity.Thumbprint;
import dev.holdfast.pki.DeviceCertificates;
import dev.holdfast.pki.KeyAndCertificate;
import dev.holdfast.pki.KeyKind;
import dev.holdfast.pki.Pem;
import dev.holdfast.wire.http.HttpRequest;
import dev.holdfast.wire.http.HttpResponse;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** {@code hubs/HUB/devices}: what an operator does with devices, through the hub's registry. */
public final class DevicesResource {
    /** As long as a device lives, about; the registry decides whether the certificate still counts. */
    private static final Duration CERTIFICATE_LIFE = Duration.ofDays(3650);

    private final ConnectionStrings connectionStrings;
    private final InstantSource clock;
    private final Limits.Registry limits;

    public DevicesResource(ConnectionStrings connectionStrings, InstantSource clock, Limits.Registry limits) {
        this.connectionStrings = connectionStrings;
        this.clock = clock;
        this.limits = limits;
    }

    /** @param path the segments behind {@code devices} */
    HttpResponse answer(HttpRequest request, Hub hub, List<String> path) throws BadRequest {
        if (path.isEmpty()) {
            return switch (request.method()) {
                case "GET" -> list(request, hub);
                case "POST" -> create(request, hub);
                default -> Answers.methodNotAllowed("GET, POST");
            };
        }
        DeviceId id = id(path.getFirst());
        if (path.size() > 1) {
            return path.subList(1, path.size()).equals(List.of("renew-keys"))
                    ? renewKeys(request, hub, id)
                    : Answers.notFound();
        }
        return switch (request.method()) {
            case "GET" -> find(hub, id);
            case "PATCH" -> change(request, hub, id);
            case "DELETE" -> delete(hub, id);
            default -> Answers.methodNotAllowed("GET, PATCH, DELETE");
        };
    }

    private HttpResponse list(HttpRequest request, Hub hub) throws BadRequest {
        int max = top(request);
        List<Device> devices = hub.registry().list(request.query().getOrDefault("after", ""), max);
        ObjectNode body = Answers.object();
        ArrayNode list = body.putArray("devices");
        devices.forEach(device -> list.add(json(hub, device)));
        if (devices.size() == max) {
            body.put("next", devices.getLast().id().value());
        }
        return Answers.json(200, body);
    }

    private int top(HttpRequest request) throws BadRequest {
        String text = request.query().getOrDefault("top", String.valueOf(limits.pageMax()));
        if (!text.matches("[0-9]{1,6}") || Integer.parseInt(text) < 1) {
            throw new BadRequest("'top' is not a number of devices.");
        }
        return Math.min(Integer.parseInt(text), limits.pageMax());
    }

    private HttpResponse create(HttpRequest request, Hub hub) throws BadRequest {
        RequestBody body = RequestBody.read(request.body(), Set.of("id", "authentication", "thumbprints"));
        DeviceId id = id(body.text("id"));
        String how = body.text("authentication");
        List<String> thumbprints = body.texts("thumbprints");
        if (!how.equals("self-signed") && !thumbprints.isEmpty()) {
            throw new BadRequest("'thumbprints' are for the authentication 'self-signed'.");
        }
        return switch (how) {
            // No authentication means keys that the registry makes.
            case "sas" -> create(hub, id, null, null);
            case "ca" -> create(hub, id, new Authentication.CertificateAuthority(), null);
            case "none" -> create(hub, id, new Authentication.None(), null);
            case "self-signed" ->
                thumbprints.isEmpty()
                        ? createWithNewKey(hub, id)
                        : create(hub, id, registeredThumbprints(thumbprints), null);
            default -> throw new BadRequest("'authentication' is one of sas, self-signed, ca and none.");
        };
    }

    private HttpResponse createWithNewKey(Hub hub, DeviceId id) {
        KeyAndCertificate made = DeviceCertificates.selfSigned(id.value(), KeyKind.EC_P256, CERTIFICATE_LIFE, clock);
        return create(hub, id, new Authentication.SelfSigned(Thumbprint.ofSha256(made.certificate()), null), made);
    }

    /** @param made what the answer hands over this once, or null; it is kept nowhere */
    private HttpResponse create(
            Hub hub, DeviceId id, @Nullable Authentication authentication, @Nullable KeyAndCertificate made) {
        return switch (hub.registry().apply(new RegistryRequest.Create(DeviceSpec.of(id, authentication)))) {
            case RegistryResult.Done(var device) -> {
                ObjectNode answer = withConnectionString(hub, device);
                if (made != null) {
                    answer.put("certificate", Pem.write(made.certificate())).put("privateKey", Pem.write(made.key()));
                }
                yield Answers.json(201, answer);
            }
            case RegistryResult.Refused(var why) -> refused(why);
        };
    }

    private HttpResponse find(Hub hub, DeviceId id) {
        return hub.registry()
                .find(id)
                .map(device -> Answers.json(200, withConnectionString(hub, device)))
                .orElseGet(() -> refused(new RegistryRefusal.DeviceMissing(id)));
    }

    /** Enables or disables; everything else stays as it is. */
    private HttpResponse change(HttpRequest request, Hub hub, DeviceId id) throws BadRequest {
        RequestBody body = RequestBody.read(request.body(), Set.of("enabled", "statusReason"));
        boolean enabled = body.flag("enabled");
        String given = body.optionalText("statusReason");
        Device device = hub.registry().find(id).orElse(null);
        if (device == null) {
            return refused(new RegistryRefusal.DeviceMissing(id));
        }
        DeviceSpec wanted = new DeviceSpec(
                id,
                enabled,
                given == null ? "" : given,
                device.authentication(),
                device.edge(),
                device.scope(),
                device.parentScopes());
        // What was read is written back, so nobody else may have changed it since.
        Precondition unchanged = new Precondition.HasEtag(List.of(device.etag()));
        return switch (hub.registry().apply(new RegistryRequest.Replace(wanted, unchanged))) {
            case RegistryResult.Done(var changed) -> Answers.json(200, json(hub, changed));
            case RegistryResult.Refused(var why) -> refused(why);
        };
    }

    private HttpResponse renewKeys(HttpRequest request, Hub hub, DeviceId id) throws BadRequest {
        if (!request.method().equals("POST")) {
            return Answers.methodNotAllowed("POST");
        }
        KeyRenewal which = RequestBody.read(request.body(), Set.of("which")).renewal("which");
        return switch (hub.registry().apply(new RegistryRequest.RenewKeys(id, which))) {
            case RegistryResult.Done(var device) -> Answers.json(200, withConnectionString(hub, device));
            case RegistryResult.Refused(var why) -> refused(why);
        };
    }

    private static HttpResponse delete(Hub hub, DeviceId id) {
        return switch (hub.registry().apply(new RegistryRequest.Delete(id, new Precondition.Exists()))) {
            case RegistryResult.Done _ -> Answers.noContent();
            case RegistryResult.Refused(var why) -> refused(why);
        };
    }

    private static HttpResponse refused(RegistryRefusal why) {
        int status = switch (why) {
            case RegistryRefusal.DeviceMissing _ -> 404;
            case RegistryRefusal.DeviceExists _, RegistryRefusal.EtagMismatch _ -> 409;
            case RegistryRefusal.StatusReasonTooLong _, RegistryRefusal.DeviceWithoutKeys _ -> 400;
        };
        return Answers.error(status, why.reason(), why.explain());
    }

    private ObjectNode withConnectionString(Hub hub, Device device) {
        ObjectNode json = json(hub, device);
        connectionStrings.device(hub.settings().get(), device).ifPresent(text -> json.put("connectionString", text));
        return json;
    }

    private static ObjectNode json(Hub hub, Device device) {
        return Answers.object()
                .put("id", device.id().value())
                .put("hub", hub.name().value())
                .put("authentication", name(device.authentication()))
                .put("enabled", device.enabled())
                .put("statusReason", device.statusReason())
                .put("connected", hub.links().isConnected(Identity.of(device.id())));
    }

    /** As the command line spells it. */
    private static String name(Authentication authentication) {
        return switch (authentication) {
            case Authentication.Sas _ -> "sas";
            case Authentication.SelfSigned _ -> "self-signed";
            case Authentication.CertificateAuthority _ -> "ca";
            case Authentication.None _ -> "none";
        };
    }

    private static DeviceId id(String text) throws BadRequest {
        return DeviceId.parse(text)
                .orElseThrow(() -> new BadRequest(
                        "A device id has 1 to 128 ASCII letters, digits or - : . + % _ # * ? ! ( ) , = @ ; $ '"));
    }

    private static Authentication registeredThumbprints(List<String> texts) throws BadRequest {
        if (texts.size() > 2) {
            throw new BadRequest("A device has at most two thumbprints.");
        }
        List<Thumbprint> read = new ArrayList<>();
        for (String text : texts) {
            read.add(Thumbprint.parse(text)
                    .orElseThrow(() -> new BadRequest(
                            "A thumbprint is the SHA-1 or SHA-256 of a certificate: 40 or 64 hex digits.")));
        }
        return new Authentication.SelfSigned(read.getFirst(), read.size() == 2 ? read.get(1) : null);
    }
}
