package dev.holdfast.server.operator;

import dev.holdfast.base.DeviceId;
import dev.holdfast.base.ModuleId;
import dev.holdfast.hub.Hub;
import dev.holdfast.hub.identity.DeviceModule;
import dev.holdfast.hub.identity.KeyRenewal;
import dev.holdfast.hub.identity.ModuleName;
import dev.holdfast.hub.identity.ModuleRequest;
import dev.holdfast.hub.identity.ModuleResult;
import dev.holdfast.hub.identity.ModuleSpec;
import dev.holdfast.hub.identity.Precondition;
import dev.holdfast.hub.identity.RegistryRefusal;
import dev.holdfast.wire.http.HttpRequest;
import dev.holdfast.wire.http.HttpResponse;
import java.time.InstantSource;
import java.util.List;
import java.util.Set;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** {@code hubs/HUB/devices/ID/modules}: what an operator does with the modules of a device, through the hub's registry. */
final class ModulesResource {
    private final ConnectionStrings connectionStrings;
    private final InstantSource clock;

    ModulesResource(ConnectionStrings connectionStrings, InstantSource clock) {
        this.connectionStrings = connectionStrings;
        this.clock = clock;
    }

    /** @param path the segments behind {@code modules} */
    HttpResponse answer(HttpRequest request, Hub hub, DeviceId device, List<String> path) throws BadRequest {
        if (path.isEmpty()) {
            return switch (request.method()) {
                case "GET" -> list(hub, device);
                case "POST" -> create(request, hub, device);
                default -> Answers.methodNotAllowed("GET, POST");
            };
        }
        ModuleName name = new ModuleName(device, id(path.getFirst()));
        if (path.size() > 1) {
            return path.subList(1, path.size()).equals(List.of("renew-keys"))
                    ? renewKeys(request, hub, name)
                    : Answers.notFound();
        }
        return switch (request.method()) {
            case "GET" -> find(hub, name);
            case "PATCH" -> change(request, hub, name);
            case "DELETE" -> delete(hub, name);
            default -> Answers.methodNotAllowed("GET, PATCH, DELETE");
        };
    }

    private static HttpResponse list(Hub hub, DeviceId device) {
        if (hub.registry().find(device).isEmpty()) {
            return DevicesResource.refused(new RegistryRefusal.DeviceMissing(device));
        }
        ObjectNode body = Answers.object();
        ArrayNode list = body.putArray("modules");
        hub.registry().modules().of(device).forEach(module -> list.add(json(hub, module)));
        return Answers.json(200, body);
    }

    private HttpResponse create(HttpRequest request, Hub hub, DeviceId device) throws BadRequest {
        RequestBody body = RequestBody.read(request.body(), Credential.membersAnd("id"));
        ModuleName name = new ModuleName(device, id(body.text("id")));
        Credential credential = Credential.read(body, name.toString(), clock);
        ModuleRequest wanted = new ModuleRequest.Create(ModuleSpec.of(name, credential.authentication()));
        return switch (hub.registry().modules().apply(wanted)) {
            case ModuleResult.Done(var module) ->
                Answers.json(201, credential.addTo(withConnectionString(hub, module)));
            case ModuleResult.Refused(var why) -> DevicesResource.refused(why);
        };
    }

    private HttpResponse find(Hub hub, ModuleName name) {
        return hub.registry()
                .modules()
                .find(name)
                .map(module -> Answers.json(200, withConnectionString(hub, module)))
                .orElseGet(() -> DevicesResource.refused(new RegistryRefusal.ModuleMissing(name)));
    }

    /** Changes how it proves itself; everything else stays as it is. */
    private HttpResponse change(HttpRequest request, Hub hub, ModuleName name) throws BadRequest {
        Credential credential = Credential.read(RequestBody.read(request.body(), Credential.MEMBERS));
        DeviceModule module = hub.registry().modules().find(name).orElse(null);
        if (module == null) {
            return DevicesResource.refused(new RegistryRefusal.ModuleMissing(name));
        }
        ModuleSpec wanted =
                new ModuleSpec(name, credential.authentication(), credential.isSymmetric(), module.managedBy());
        // What was read is written back, so nobody else may have changed it since.
        Precondition unchanged = new Precondition.HasEtag(List.of(module.etag()));
        return answer(hub, hub.registry().modules().apply(new ModuleRequest.Replace(wanted, unchanged)));
    }

    private HttpResponse renewKeys(HttpRequest request, Hub hub, ModuleName name) throws BadRequest {
        if (!request.method().equals("POST")) {
            return Answers.methodNotAllowed("POST");
        }
        KeyRenewal which = RequestBody.read(request.body(), Set.of("which")).renewal("which");
        return answer(hub, hub.registry().modules().apply(new ModuleRequest.RenewKeys(name, which)));
    }

    private HttpResponse answer(Hub hub, ModuleResult result) {
        return switch (result) {
            case ModuleResult.Done(var module) -> Answers.json(200, withConnectionString(hub, module));
            case ModuleResult.Refused(var why) -> DevicesResource.refused(why);
        };
    }

    private static HttpResponse delete(Hub hub, ModuleName name) {
        ModuleRequest wanted = new ModuleRequest.Delete(name, new Precondition.Exists());
        return switch (hub.registry().modules().apply(wanted)) {
            case ModuleResult.Done _ -> Answers.noContent();
            case ModuleResult.Refused(var why) -> DevicesResource.refused(why);
        };
    }

    private ObjectNode withConnectionString(Hub hub, DeviceModule module) {
        ObjectNode json = json(hub, module);
        connectionStrings.module(hub.settings().get(), module).ifPresent(text -> json.put("connectionString", text));
        return json;
    }

    private static ObjectNode json(Hub hub, DeviceModule module) {
        return Answers.object()
                .put("id", module.name().module().value())
                .put("device", module.name().device().value())
                .put("hub", hub.name().value())
                .put("authentication", Credential.name(module.authentication()))
                .put("managedBy", module.managedBy())
                .put("connected", hub.links().isConnected(module.name().identity()));
    }

    private static ModuleId id(String text) throws BadRequest {
        return ModuleId.parse(text)
                .orElseThrow(() -> new BadRequest(
                        "A module id has 1 to 128 ASCII letters, digits or - : . + % _ # * ? ! ( ) , = @ ; $ '"));
    }
}
