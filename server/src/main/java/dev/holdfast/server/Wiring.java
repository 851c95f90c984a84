package dev.holdfast.server;

import dev.holdfast.base.Limits;
import dev.holdfast.base.Live;
import dev.holdfast.hub.HostNames;
import dev.holdfast.hub.Hubs;
import dev.holdfast.hub.amqp.HubAmqpFace;
import dev.holdfast.hub.device.amqp.DevicesPart;
import dev.holdfast.hub.device.http.DeviceHttpFace;
import dev.holdfast.hub.device.mqtt.DeviceMqttFace;
import dev.holdfast.hub.service.events.EventsPart;
import dev.holdfast.hub.service.http.ServiceApi;
import dev.holdfast.hub.service.http.UnservedFace;
import dev.holdfast.insight.dryrun.ReportOnly;
import dev.holdfast.server.backup.Backups;
import dev.holdfast.server.certificate.ServerCertificates;
import dev.holdfast.server.monitor.RequestCounter;
import dev.holdfast.server.operator.AuthoritiesResource;
import dev.holdfast.server.operator.BackupResource;
import dev.holdfast.server.operator.ConnectionStrings;
import dev.holdfast.server.operator.DeniedCertificatesResource;
import dev.holdfast.server.operator.DevicesResource;
import dev.holdfast.server.operator.DrillResource;
import dev.holdfast.server.operator.FleetResource;
import dev.holdfast.server.operator.HubsResource;
import dev.holdfast.server.operator.OperatorFace;
import dev.holdfast.server.operator.OperatorToken;
import dev.holdfast.server.operator.PoliciesResource;
import dev.holdfast.server.operator.ReportsResource;
import dev.holdfast.server.operator.RevocationListsResource;
import dev.holdfast.server.operator.ServerCertificatesResource;
import dev.holdfast.server.operator.StatusResource;
import dev.holdfast.server.operator.TlsPoliciesResource;
import dev.holdfast.server.operator.TracesResource;
import dev.holdfast.server.operator.TrustBundleFace;
import dev.holdfast.server.policy.Rehearsal;
import dev.holdfast.tls.identity.ServerIdentities;
import dev.holdfast.tls.listen.Accelerator;
import dev.holdfast.tls.listen.FrontDoor;
import dev.holdfast.tls.listen.Listener;
import dev.holdfast.tls.peer.Handshake;
import dev.holdfast.tls.peer.PeerIdentity;
import dev.holdfast.tls.report.DeviceConnected;
import dev.holdfast.tls.report.Report;
import dev.holdfast.wire.Connection;
import dev.holdfast.wire.amqp.AmqpServer;
import dev.holdfast.wire.http.HttpServer;
import dev.holdfast.wire.http.HttpUpgrade;
import dev.holdfast.wire.http.HttpVersions;
import dev.holdfast.wire.mqtt.MqttServer;
import dev.holdfast.wire.websocket.SubProtocol;
import dev.holdfast.wire.websocket.WebSocketServer;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import java.util.function.Predicate;

/** Who builds whom, and which faces answer on which port: constructors and nothing else. */
record Wiring(
        Limits limits,
        Config.Arrivals arrivals,
        InstantSource clock,
        HostNames hostNames,
        Hubs hubs,
        TlsPolicies tls,
        Live<Accelerator> accelerator,
        Executor threads,
        Consumer<Report> reports,
        Insight insight,
        ReportOnly reportOnly,
        RequestCounter requests) {

    FrontDoor frontDoor(ServerIdentities identities) {
        return new FrontDoor(
                limits,
                tls.directory(),
                identities,
                insight.drills(),
                () -> accelerator.get().groups(),
                insight.traces(),
                clock,
                reports);
    }

    Listener mqtt() {
        DeviceMqttFace devices = new DeviceMqttFace(hubs, limits, clock, reports, this::connected);
        return new Listener(
                "mqtt",
                arrivals.mqtt(),
                new MqttServer(
                        List.of(devices),
                        limits.with(arrivals.mqtt()),
                        threads,
                        new FaultReports(clock, reports)::mqtt),
                tls.ofHubListener(tls.names().mqtt()));
    }

    private void connected(DeviceConnected device) {
        insight.connected(device);
        reportOnly.accept(device);
    }

    DrillResource drill(ServerCertificates certificates) {
        return new DrillResource(insight.drills(), certificates, hubs, insight::known, limits.insight());
    }

    EventsPart events() {
        return new EventsPart(hubs, limits, clock, threads);
    }

    Listener amqp(EventsPart events) {
        DevicesPart devices = new DevicesPart(hubs, limits, clock, threads, this::connected);
        AmqpServer server = new AmqpServer(
                List.of(new HubAmqpFace(hubs, limits, clock, reports, List.of(events, devices))),
                limits.with(arrivals.amqp()),
                Wiring::showedCertificate,
                new FaultReports(clock, reports)::amqp);
        return new Listener(
                "amqp", arrivals.amqp(), server, tls.ofHubListener(tls.names().amqp()));
    }

    private static boolean showedCertificate(Connection connection) {
        return Handshake.of(connection).peer() instanceof PeerIdentity.Certificates;
    }

    /** The same protocols on the HTTPS port: what is mounted there is what the other two ports have. */
    HttpUpgrade webSockets(Listener mqtt, Listener amqp) {
        return new WebSocketServer(
                List.of(
                        new SubProtocol("mqtt-ws", List.of("mqtt", "mqttv3.1.1", "mqttv3.1"), mqtt.mount()),
                        new SubProtocol("amqp-ws", List.of("AMQPWSB10", "amqp"), amqp.mount())),
                limits.webSocket(),
                Wiring::showedCertificate,
                new FaultReports(clock, reports)::webSocket);
    }

    /** @param hubsChanged called when an operator may have changed a hub or the keys of its policies */
    Listener https(
            OperatorToken token,
            ServerCertificates certificates,
            ConnectionStrings strings,
            Backups backups,
            HttpUpgrade webSockets,
            Runnable hubsChanged) {
        // Whether a hub stands behind the name or not: a hub must be made through some name.
        Predicate<String> ownHost = host -> hostNames.hubOf(host).isPresent();
        PoliciesResource policies = new PoliciesResource(hubs, strings, limits.registry(), new SecureRandom());
        AuthoritiesResource authorities =
                new AuthoritiesResource(hubs, clock, new SecureRandom(), limits.certificates());
        DeniedCertificatesResource denied = new DeniedCertificatesResource(limits.registry());
        Rehearsal rehearsal = new Rehearsal(insight.fleet(), hubs, tls.paths(), clock);
        TlsPoliciesResource tlsPolicies =
                new TlsPoliciesResource(hubs, tls.store(), tls.names().names(), rehearsal, clock, tls::refresh);
        DevicesResource devices = new DevicesResource(strings, clock, limits.registry());
        OperatorFace operator = new OperatorFace(
                token,
                ownHost,
                new StatusResource(hubs, accelerator, hubs.faultInjection(), clock),
                new HubsResource(
                        hubs,
                        strings,
                        devices,
                        policies,
                        authorities,
                        denied,
                        new RevocationListsResource(clock, limits.revocation()),
                        tlsPolicies,
                        new FleetResource(
                                insight.fleet(),
                                insight.journal(),
                                insight.drills(),
                                tls.store(),
                                rehearsal,
                                limits.insight(),
                                clock),
                        insight::forgetHub,
                        hubsChanged),
                tlsPolicies,
                new BackupResource(backups),
                new ServerCertificatesResource(certificates, hubs, hostNames, drill(certificates)),
                new ReportsResource(insight.journal(), limits.insight()),
                new TracesResource(insight.traces(), hubs),
                clock,
                reports);
        DeviceHttpFace deviceRequests = new DeviceHttpFace(hubs, limits, clock, reports, this::connected);
        ServiceApi service = new ServiceApi(hubs, limits.registry(), clock, reports);
        HttpServer server = new HttpServer(
                List.of(
                        requests.counted(
                                new TrustBundleFace(certificates, hostNames, hubs), TrustBundleFace::operation),
                        requests.counted(operator, OperatorFace::operation),
                        requests.counted(deviceRequests, deviceRequests::operation),
                        requests.counted(service, service::operation),
                        requests.counted(new UnservedFace(hubs, clock, reports), _ -> "other")),
                limits.http(),
                arrivals.https(),
                threads,
                clock,
                new FaultReports(clock, reports)::http,
                HttpVersions.ONLY_1_1,
                webSockets);
        return new Listener(
                "https",
                arrivals.https(),
                server,
                tls.ofOperatorListener(tls.names().https()));
    }
}
