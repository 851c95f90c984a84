package dev.holdfast.server;

import dev.holdfast.base.Limits;
import dev.holdfast.base.Live;
import dev.holdfast.hub.HostNames;
import dev.holdfast.hub.Hubs;
import dev.holdfast.hub.device.mqtt.DeviceMqttFace;
import dev.holdfast.pki.ServerAuthorities;
import dev.holdfast.server.operator.ConnectionStrings;
import dev.holdfast.server.operator.DevicesResource;
import dev.holdfast.server.operator.HubsResource;
import dev.holdfast.server.operator.OperatorFace;
import dev.holdfast.server.operator.OperatorToken;
import dev.holdfast.server.operator.StatusResource;
import dev.holdfast.server.operator.TrustBundleFace;
import dev.holdfast.tls.identity.ServerIdentities;
import dev.holdfast.tls.listen.FrontDoor;
import dev.holdfast.tls.policy.Directory;
import dev.holdfast.tls.policy.TlsPolicy;
import dev.holdfast.tls.report.Report;
import dev.holdfast.wire.Mount;
import dev.holdfast.wire.http.HttpServer;
import dev.holdfast.wire.mqtt.MqttServer;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import java.util.function.Predicate;

/** Who builds whom, and which faces answer on which port: constructors and nothing else. */
final class Wiring {
    private Wiring() {}

    /** What every part of one server shares. */
    record Shared(
            Limits limits,
            InstantSource clock,
            HostNames hostNames,
            Hubs hubs,
            Executor threads,
            Consumer<Report> reports) {
        /** Whether a host name (in lower case) is one of this installation, whether or not there is a hub behind it. */
        Predicate<String> ownHost() {
            return host -> hostNames.hubOf(host).isPresent();
        }
    }

    static FrontDoor frontDoor(Shared shared, ServerIdentities identities) {
        Directory policies = new Directory(new Live<>(TlsPolicy.standard()));
        return new FrontDoor(shared.limits(), policies, identities, shared.clock(), shared.reports());
    }

    static Mount mqtt(Shared shared) {
        DeviceMqttFace devices = new DeviceMqttFace(
                shared.hubs(), shared.limits().mqtt(), shared.clock(), shared.reports());
        return new MqttServer(
                List.of(devices), shared.limits(), shared.threads(), new FaultReports(shared.clock(), shared.reports())::mqtt);
    }

    static Mount https(Shared shared, OperatorToken token, ServerAuthorities authorities, int amqpPort) {
        ConnectionStrings strings = new ConnectionStrings(amqpPort);
        DevicesResource devices =
                new DevicesResource(strings, shared.clock(), shared.limits().registry());
        OperatorFace operator = new OperatorFace(
                token,
                shared.ownHost(),
                new StatusResource(shared.hubs(), shared.clock()),
                new HubsResource(shared.hubs(), strings, devices));
        TrustBundleFace trustBundle = new TrustBundleFace(authorities.trustBundle(), shared.ownHost());
        return new HttpServer(
                List.of(trustBundle, operator),
                shared.limits(),
                shared.threads(),
                shared.clock(),
                new FaultReports(shared.clock(), shared.reports())::http);
    }
}
