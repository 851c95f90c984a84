package dev.holdfast.server.operator;

import dev.holdfast.base.DeviceId;
import dev.holdfast.base.Limits;
import dev.holdfast.hub.Hub;
import dev.holdfast.hub.identity.Device;
import dev.holdfast.hub.identity.DeviceSpec;
import dev.holdfast.hub.identity.Identity;
import dev.holdfast.hub.identity.KeyRenewal;
import dev.holdfast.hub.identity.Precondition;
import dev.holdfast.hub.identity.RegistryRefusal;
import dev.holdfast.hub.identity.RegistryRequest;
import dev.holdfast.hub.identity.RegistryResult;
import dev.holdfast.wire.http.HttpRequest;
import dev.holdfast.wire.http.HttpResponse;
import java.time.InstantSource;
import java.util.List;
import java.util.Set;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** {@code hubs/HUB/devices}: what an operator does with devices, through the hub's registry. */
public final class DevicesResource {
    private final ConnectionStrings connectionStrings;
    private final InstantSource clock;
    private final Limits.Registry limits;
    private final ModulesResource modules;

    public DevicesResource(ConnectionStrings connectionStrings, InstantSource clock, Limits.Registry limits) {
        this.connectionStrings = connectionStrings;
        this.clock = clock;
        this.limits = limits;
        this.modules = new ModulesResource(connectionStrings, clock);
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
            List<String> below = path.subList(1, path.size());
            if (below.getFirst().equals("modules")) {
                return modules.answer(request, hub, id, below.subList(1, below.size()));
            }
            return below.equals(List.of("renew-keys")) ? renewKeys(request, hub, id) : Answers.notFound();
        }
        return switch (request.method()) {
            case "GET" -> find(hub, id);
            case "PATCH" -> change(request, hub, id);
            case "DELETE" -> delete(hub, id);
            default -> Answers.methodNotAllowed("GET, PATCH, DELETE");
        };
    }

    private HttpResponse list(HttpRequest request, Hub hub) throws BadRequest {
        QueryParameters asked = QueryParameters.of(request);
        int max = asked.top("devices", limits.pageMax(), limits.pageMax());
        List<Device> devices = hub.registry().list(asked.text("after", ""), max);
        ObjectNode body = Answers.object();
        ArrayNode list = body.putArray("devices");
        devices.forEach(device -> list.add(json(hub, device)));
        if (devices.size() == max) {
            body.put("next", devices.getLast().id().value());
        }
        return Answers.json(200, body);
    }

    private HttpResponse create(HttpRequest request, Hub hub) throws BadRequest {
        RequestBody body = RequestBody.read(request.body(), Credential.membersAnd("id"));
        DeviceId id = id(body.text("id"));
        Credential credential = Credential.read(body, id.value(), clock);
        RegistryRequest wanted = new RegistryRequest.Create(DeviceSpec.of(id, credential.authentication()));
        return switch (hub.registry().apply(wanted)) {
            case RegistryResult.Done(var device) ->
                Answers.json(201, credential.addTo(withConnectionString(hub, device)));
            case RegistryResult.Refused(var why) -> refused(why);
        };
    }

    private HttpResponse find(Hub hub, DeviceId id) {
        return hub.registry()
                .find(id)
                .map(device -> Answers.json(200, withConnectionString(hub, device)))
                .orElseGet(() -> refused(new RegistryRefusal.DeviceMissing(id)));
    }

    /** Enables or disables, or changes how it proves itself; everything else stays as it is. */
    private HttpResponse change(HttpRequest request, Hub hub, DeviceId id) throws BadRequest {
        RequestBody body = RequestBody.read(request.body(), Credential.membersAnd("enabled", "statusReason"));
        boolean authenticated = Credential.MEMBERS.stream().anyMatch(body::has);
        if (!authenticated && !body.has("enabled")) {
            throw new BadRequest("The body has neither 'enabled' nor 'authentication'.");
        }
        Credential credential = authenticated ? Credential.read(body) : null;
        Device device = hub.registry().find(id).orElse(null);
        if (device == null) {
            return refused(new RegistryRefusal.DeviceMissing(id));
        }
        String given = body.optionalText("statusReason");
        DeviceSpec wanted = new DeviceSpec(
                id,
                body.flag("enabled", device.enabled()),
                given != null ? given : body.has("enabled") ? "" : device.statusReason(),
                credential == null ? device.authentication() : credential.authentication(),
                credential != null && credential.isSymmetric(),
                device.edge(),
                device.scope(),
                device.parentScopes());
        // What was read is written back, so nobody else may have changed it since.
        Precondition unchanged = new Precondition.HasEtag(List.of(device.etag()));
        return switch (hub.registry().apply(new RegistryRequest.Replace(wanted, unchanged))) {
            case RegistryResult.Done(var changed) -> Answers.json(200, withConnectionString(hub, changed));
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

    static HttpResponse refused(RegistryRefusal why) {
        int status = switch (why) {
            case RegistryRefusal.DeviceMissing _, RegistryRefusal.ModuleMissing _ -> 404;
            case RegistryRefusal.DeviceExists _, RegistryRefusal.ModuleExists _, RegistryRefusal.EtagMismatch _ -> 409;
            case RegistryRefusal.TooManyModules _ -> 403;
            // Operators don't ask the gate.
            case RegistryRefusal.NotPassed _ -> 429;
            case RegistryRefusal.StatusReasonTooLong _,
                    RegistryRefusal.ManagedByTooLong _,
                    RegistryRefusal.DeviceWithoutKeys _,
                    RegistryRefusal.ModuleWithoutKeys _ -> 400;
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
                .put("authentication", Credential.name(device.authentication()))
                .put("enabled", device.enabled())
                .put("statusReason", device.statusReason())
                .put("connected", hub.links().isConnected(Identity.of(device.id())));
    }

    private static DeviceId id(String text) throws BadRequest {
        return DeviceId.parse(text)
                .orElseThrow(() -> new BadRequest(
                        "A device id has 1 to 128 ASCII letters, digits or - : . + % _ # * ? ! ( ) , = @ ; $ '"));
    }
}
