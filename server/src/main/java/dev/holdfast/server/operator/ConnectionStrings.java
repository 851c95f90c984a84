package dev.holdfast.server.operator;

import dev.holdfast.hub.HostNames;
import dev.holdfast.hub.HubSettings;
import dev.holdfast.hub.identity.Authentication;
import dev.holdfast.hub.identity.Device;
import dev.holdfast.hub.identity.DeviceModule;
import dev.holdfast.hub.identity.SharedAccessPolicy;
import java.util.Optional;

/**
 * The connection strings of a hub, as the official SDKs read them. They hold keys: for the operator and nobody else.
 *
 * @param amqpPort as it is from outside; Event Hubs clients can be told another one than 5671
 */
public record ConnectionStrings(int amqpPort) {
    private static final int STANDARD_AMQP_PORT = 5671;

    /** For a back end that uses this policy. */
    String policy(HubSettings hub, SharedAccessPolicy policy) {
        return "HostName=" + hub.hostName() + ";" + key(policy);
    }

    /** For back ends: registry, commands. Empty when the hub's owner policy was removed. */
    public Optional<String> service(HubSettings hub) {
        return hub.policy("iothubowner").map(policy -> policy(hub, policy));
    }

    /**
     * For Event Hubs clients that read telemetry. Empty when the hub's service policy was removed. The path names the hub, so that
     * any host name of the installation will do; below the default domain only {@code localhost} resolves everywhere.
     */
    public Optional<String> eventHub(HubSettings hub) {
        String host = hub.hostName().endsWith("." + HostNames.DEFAULT_DOMAIN) ? "localhost" : hub.hostName();
        String port = amqpPort == STANDARD_AMQP_PORT ? "" : ":" + amqpPort;
        return hub.policy("service")
                .map(policy -> "Endpoint=sb://" + host + port + "/;" + key(policy) + ";EntityPath=" + hub.name());
    }

    /** For the device itself. Empty when it has no credential of its own. */
    public Optional<String> device(HubSettings hub, Device device) {
        return own(hub, "DeviceId=" + device.id(), device.authentication());
    }

    /** As {@link #device}, for a module. */
    Optional<String> module(HubSettings hub, DeviceModule module) {
        return own(
                hub,
                "DeviceId=" + module.name().device() + ";ModuleId="
                        + module.name().module(),
                module.authentication());
    }

    private static Optional<String> own(HubSettings hub, String ids, Authentication authentication) {
        String start = "HostName=" + hub.hostName() + ";" + ids + ";";
        return switch (authentication) {
            case Authentication.Sas(var keys) ->
                Optional.of(start + "SharedAccessKey=" + keys.primary().base64());
            case Authentication.SelfSigned _, Authentication.CertificateAuthority _ -> Optional.of(start + "x509=true");
            case Authentication.None _ -> Optional.empty();
        };
    }

    private static String key(SharedAccessPolicy policy) {
        return "SharedAccessKeyName=" + policy.name() + ";SharedAccessKey="
                + policy.keys().primary().base64();
    }
}
