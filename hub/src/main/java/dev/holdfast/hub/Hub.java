package dev.holdfast.hub;

import dev.holdfast.base.HubName;
import dev.holdfast.base.Live;
import dev.holdfast.hub.command.Feedback;
import dev.holdfast.hub.command.Messages;
import dev.holdfast.hub.command.Methods;
import dev.holdfast.hub.event.HubEvents;
import dev.holdfast.hub.fault.FaultOrders;
import dev.holdfast.hub.identity.Authenticator;
import dev.holdfast.hub.identity.DeniedCertificates;
import dev.holdfast.hub.identity.Registry;
import dev.holdfast.hub.link.DeviceLinks;
import dev.holdfast.hub.revocation.Revocation;
import dev.holdfast.hub.telemetry.Intake;
import dev.holdfast.hub.throttle.Gate;
import dev.holdfast.hub.twin.Twins;
import dev.holdfast.store.Log;
import dev.holdfast.store.Table;
import dev.holdfast.tls.policy.TlsPolicy;

/**
 * One hub and its parts. It holds them and decides nothing; faces take from it what their protocol needs.
 *
 * @param tls the policy that holds for its names, from the next handshake on
 * @param faults that its devices ask for
 * @param table shared by all hubs; a hub uses the scope of its own name only
 * @param log this hub's own
 * @param faultInjection whether faults may be brought about on purpose
 */
public record Hub(
        HubName name,
        Live<HubSettings> settings,
        Live<TlsPolicy> tls,
        Registry registry,
        DeniedCertificates denied,
        Revocation revocation,
        Authenticator authenticator,
        DeviceLinks links,
        Twins twins,
        Methods methods,
        Messages messages,
        Feedback feedback,
        Intake intake,
        FaultOrders faults,
        HubEvents events,
        Gate gate,
        Table table,
        Log log,
        boolean faultInjection) {}
