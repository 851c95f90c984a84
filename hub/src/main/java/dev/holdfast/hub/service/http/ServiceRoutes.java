package dev.holdfast.hub.service.http;

import static dev.holdfast.hub.identity.AccessRight.REGISTRY_READ;
import static dev.holdfast.hub.identity.AccessRight.REGISTRY_WRITE;
import static dev.holdfast.hub.identity.AccessRight.SERVICE_CONNECT;
import static dev.holdfast.hub.service.http.ServiceRoute.later;
import static dev.holdfast.hub.service.http.ServiceRoute.served;

import dev.holdfast.base.Limits;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * The table of the service API, in the order of api-version 2021-04-12's published description, with what later versions added.
 * What is not in it does not exist; what is in it and not served yet says so, and never pretends.
 */
final class ServiceRoutes {
    private final List<ServiceRoute> all;
    private final Set<String> firstWords;

    ServiceRoutes(Limits.Registry limits) {
        DeviceResource devices = new DeviceResource(limits);
        ModuleResource modules = new ModuleResource();
        BulkResource bulk = new BulkResource(limits);
        KeysResource keys = new KeysResource(limits);
        TwinResource twins = new TwinResource();
        MethodResource methods = new MethodResource();
        DigitalTwinResource digitalTwins = new DigitalTwinResource();
        MessageResource messages = new MessageResource();
        StatisticsResource statistics = new StatisticsResource();
        all = List.of(
                // A fixed word comes before a name in the same place.
                later("POST", "/devices/query", SERVICE_CONNECT, "Queries"),
                served("POST", "/devices/keys/regenerate", REGISTRY_WRITE, keys::regenerate),
                served("GET", "/devices", REGISTRY_READ, devices::list),
                served("POST", "/devices", REGISTRY_WRITE, bulk::change),
                served("GET", "/devices/{id}", REGISTRY_READ, devices::get),
                served("PUT", "/devices/{id}", REGISTRY_WRITE, devices::put),
                served("DELETE", "/devices/{id}", REGISTRY_WRITE, devices::delete),
                served("GET", "/statistics/devices", REGISTRY_READ, statistics::devices),
                served("GET", "/statistics/service", REGISTRY_READ, statistics::service),
                served("DELETE", "/devices/{id}/commands", SERVICE_CONNECT, messages::purge),
                later("POST", "/devices/{id}/applyConfigurationContent", REGISTRY_WRITE, "Configurations"),
                served("GET", "/devices/{id}/modules", REGISTRY_READ, modules::list),
                served("GET", "/devices/{id}/modules/{module}", REGISTRY_READ, modules::get),
                served("PUT", "/devices/{id}/modules/{module}", REGISTRY_WRITE, modules::put),
                served("DELETE", "/devices/{id}/modules/{module}", REGISTRY_WRITE, modules::delete),
                served("GET", "/twins/{id}", SERVICE_CONNECT, twins::get),
                served("PUT", "/twins/{id}", SERVICE_CONNECT, twins::put),
                served("PATCH", "/twins/{id}", SERVICE_CONNECT, twins::patch),
                served("GET", "/twins/{id}/modules/{module}", SERVICE_CONNECT, twins::get),
                served("PUT", "/twins/{id}/modules/{module}", SERVICE_CONNECT, twins::put),
                served("PATCH", "/twins/{id}/modules/{module}", SERVICE_CONNECT, twins::patch),
                served("POST", "/twins/{id}/methods", SERVICE_CONNECT, methods::invoke),
                served("POST", "/twins/{id}/modules/{module}/methods", SERVICE_CONNECT, methods::invoke),
                served("GET", "/digitaltwins/{id}", SERVICE_CONNECT, digitalTwins::get),
                served("PATCH", "/digitaltwins/{id}", SERVICE_CONNECT, digitalTwins::patch),
                served("POST", "/digitaltwins/{id}/commands/{command}", SERVICE_CONNECT, digitalTwins::command),
                served(
                        "POST",
                        "/digitaltwins/{id}/components/{component}/commands/{command}",
                        SERVICE_CONNECT,
                        digitalTwins::componentCommand),
                served("GET", "/messages/serviceBound/feedback", SERVICE_CONNECT, messages::feedback),
                served("DELETE", "/messages/serviceBound/feedback/{lock}", SERVICE_CONNECT, messages::complete),
                served("POST", "/messages/serviceBound/feedback/{lock}/abandon", SERVICE_CONNECT, messages::abandon),
                later("GET", "/jobs/v2/query", SERVICE_CONNECT, "Scheduled jobs"),
                later("GET", "/jobs/v2/{id}", SERVICE_CONNECT, "Scheduled jobs"),
                later("PUT", "/jobs/v2/{id}", SERVICE_CONNECT, "Scheduled jobs"),
                later("POST", "/jobs/v2/{id}/cancel", SERVICE_CONNECT, "Scheduled jobs"),
                later("POST", "/jobs/create", REGISTRY_WRITE, "Import and export jobs"),
                later("GET", "/jobs", REGISTRY_READ, "Import and export jobs"),
                later("GET", "/jobs/{id}", REGISTRY_READ, "Import and export jobs"),
                later("DELETE", "/jobs/{id}", REGISTRY_WRITE, "Import and export jobs"),
                later("POST", "/configurations/testQueries", REGISTRY_READ, "Configurations"),
                later("GET", "/configurations", REGISTRY_READ, "Configurations"),
                later("GET", "/configurations/{id}", REGISTRY_READ, "Configurations"),
                later("PUT", "/configurations/{id}", REGISTRY_WRITE, "Configurations"),
                later("DELETE", "/configurations/{id}", REGISTRY_WRITE, "Configurations"));
        firstWords = all.stream().map(route -> route.pattern().getFirst()).collect(Collectors.toUnmodifiableSet());
    }

    List<ServiceRoute> all() {
        return all;
    }

    /** The entries of a path, one for each method. */
    List<ServiceRoute> of(List<String> path) {
        return all.stream().filter(route -> route.matches(path)).toList();
    }

    /**
     * Whether a path lies in the service API. Below {@code /devices/{id}/messages} and {@code /devices/{id}/files} devices speak, not
     * services.
     */
    boolean claims(List<String> path) {
        if (path.isEmpty() || !firstWords.contains(path.getFirst().toLowerCase(Locale.ROOT))) {
            return false;
        }
        boolean ofDevices = path.size() > 2
                && path.getFirst().equalsIgnoreCase("devices")
                && (path.get(2).equalsIgnoreCase("messages") || path.get(2).equalsIgnoreCase("files"));
        return !ofDevices;
    }
}
