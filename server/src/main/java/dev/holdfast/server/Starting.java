package dev.holdfast.server;

import dev.holdfast.base.Disk;
import dev.holdfast.base.HubName;
import dev.holdfast.base.Limits;
import dev.holdfast.base.Live;
import dev.holdfast.hub.HostNames;
import dev.holdfast.hub.Hubs;
import dev.holdfast.hub.link.LinkEnd;
import dev.holdfast.hub.revocation.Revocation;
import dev.holdfast.hub.service.events.EventsPart;
import dev.holdfast.insight.dryrun.ReportOnly;
import dev.holdfast.pki.ServerCertificateStore;
import dev.holdfast.pki.ServerChainReading;
import dev.holdfast.pki.TokenKeys;
import dev.holdfast.pki.TrustWorld;
import dev.holdfast.server.backup.Backups;
import dev.holdfast.server.certificate.CertificateFiles;
import dev.holdfast.server.certificate.ExpiryWarning;
import dev.holdfast.server.certificate.ServerCertificates;
import dev.holdfast.server.monitor.Monitor;
import dev.holdfast.server.operator.ConnectionStrings;
import dev.holdfast.server.operator.OperatorToken;
import dev.holdfast.server.policy.PolicyStore;
import dev.holdfast.store.embedded.EmbeddedTable;
import dev.holdfast.tls.listen.Accelerator;
import dev.holdfast.tls.listen.FrontDoor;
import dev.holdfast.tls.listen.Listener;
import dev.holdfast.wire.client.AddressGuard;
import dev.holdfast.wire.client.ClientTls;
import dev.holdfast.wire.client.GuardedClient;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The steps of one start, in their order. What is opened later is closed earlier. */
final class Starting {
    private static final Logger LOG = LoggerFactory.getLogger(Starting.class);
    private static final Duration CERTIFICATES_EVERY = Duration.ofHours(12);
    private static final Duration CERTIFICATE_FILES_EVERY = Duration.ofSeconds(5);
    private static final Duration STORE_EVERY = Duration.ofSeconds(5);
    private static final Duration READY_EVERY = Duration.ofSeconds(5);
    private static final Duration REVOCATION_EVERY = Duration.ofSeconds(1);
    private static final Duration DRILL_EVERY = Duration.ofSeconds(1);
    private static final Duration TRACES_EVERY = Duration.ofSeconds(10);
    private static final Duration INSIGHT_EVERY = Duration.ofSeconds(30);
    private static final Duration GARBAGE_EVERY = Duration.ofSeconds(3);
    private static final Duration LEFT_OUT_EVERY = Duration.ofSeconds(5);
    private static final Duration ACCELERATING_MAX_TIME = Duration.ofSeconds(2);
    private static final Duration GOODBYE_MAX_TIME = Duration.ofSeconds(3);
    private static final Duration REQUESTS_MAX_TIME = Duration.ofSeconds(2);

    private final Config config;
    private final Limits limits;
    private final Disk telemetryDisk;
    private final Consumer<String> progress;
    private final BooleanSupplier endAsked;
    private final Opened opened;
    private final Instant begun = Instant.now();
    private final InstantSource clock = InstantSource.system();
    private final SecureRandom random = new SecureRandom();
    private final Monitoring monitoring;
    private final Live<Accelerator> accelerator =
            new Live<>(new Accelerator.NotInUse("the accelerating provider is being loaded"));

    Starting(Config config, Disk telemetryDisk, Consumer<String> progress, BooleanSupplier endAsked, Opened opened) {
        this.endAsked = endAsked;
        this.config = config;
        this.limits = config.limits();
        this.monitoring = new Monitoring(limits.installation());
        this.telemetryDisk = telemetryDisk;
        this.progress = progress;
        this.opened = opened;
    }

    /** @return the ready file's first content */
    Ready start() throws StartFailure, IOException {
        DataDirectory data = opened.add(DataDirectory.open(config.data()));
        ReadyFiles readyFiles = new ReadyFiles(data.readyFile(), config.readyFile());
        readyFiles.clear();
        opened.add(monitoring.refusalLog());
        // First of all listeners and last of all: it tells of the start and of the end.
        Monitor monitor =
                config.metrics() == null ? null : opened.add(monitoring.listen(config.metrics(), limits, clock));
        OperatorToken token = OperatorTokenFile.readOrMake(data.operatorToken(), random);
        if (!Files.exists(data.trustBundle())) {
            progress.accept("Making certificate authorities, one RSA and one ECC, in " + data.path());
        }
        goOn();
        ServerCertificates certificates = certificates(data);
        goOn();
        Storage storage = openStorage(data);
        goOn();
        Wiring wiring = wire(data, storage, certificates);
        CertificateFiles files = certificateFiles(certificates, wiring.hubs());
        FrontDoor door = opened.add(wiring.frontDoor(certificates.identities()));
        Services services = new Services(wiring, wiring.events(), certificates, backups(data, storage, wiring.hubs()));
        monitoring.watch(door, wiring.hubs(), services.events());
        monitoring.watch(services.backups());
        monitoring.watch(certificates);
        Schedule schedule = schedule(data, wiring, storage, certificates, readyFiles);
        if (files != null) {
            schedule.every(CERTIFICATE_FILES_EVERY, "looking at the files of the server's certificate", files::look);
        }
        opened.add(() -> endConnections(door, wiring.hubs()));
        opened.add(wiring.insight().traces()::end);
        opened.add(door::stopAccepting);

        Installation.Ports ports = listen(door, services, token, () -> {
            wiring.tls().hubsChanged();
            readyFiles.refresh();
        });
        Installation installation = new Installation(
                wiring.hubs(),
                token,
                certificates.now().trustBundle(),
                ports,
                config.limits().sockets().openMax(),
                Monitoring.describe(monitor),
                Duration.between(begun, Instant.now()).toMillis());
        opened.add(readyFiles);
        // Not behind this: others are told that the server is ready.
        goOn();
        readyFiles.write(installation::describe);
        monitoring.health().ready();
        // Loading a native library takes a fifth of a second, in which the runtime computes by itself.
        Thread accelerating =
                Thread.ofPlatform().daemon().name("holdfast-accelerate").start(this::accelerate);
        // Ended in the middle it would leave its library in /tmp.
        opened.add(() -> accelerating.join(ACCELERATING_MAX_TIME));
        opened.add(monitoring.health()::stopping);
        // A long RSA key takes too long for a first start to wait for it.
        schedule.soon("making reserve roots", certificates::makeReserves);
        schedule.soon(
                "making the drill's chain", () -> wiring.drill(certificates).goOn());
        return installation.describe();
    }

    private void goOn() throws StartFailure {
        if (endAsked.getAsBoolean()) {
            throw new StartFailure("The start was ended before it was done.");
        }
    }

    private ServerCertificates certificates(DataDirectory data) throws IOException {
        TokenKeys tokens = config.tokens().keys();
        return ServerCertificates.open(config.worlds().stream()
                .map(world -> new ServerCertificateStore(data.path(), world, tokens, limits.certificates(), clock))
                .toList());
    }

    /** @return null without files in the settings; what is in them is shown from the first handshake on */
    private @Nullable CertificateFiles certificateFiles(ServerCertificates certificates, Hubs hubs) {
        Path chainFile = config.certificate().chain();
        Path keyFile = config.certificate().key();
        if (chainFile == null || keyFile == null) {
            return null;
        }
        CertificateFiles files = new CertificateFiles(
                chainFile,
                keyFile,
                limits.certificates().pemMaxBytes(),
                // Nothing changes while a backup reads the data directory.
                (chain, key) -> hubs.whileUnchanged(() -> replace(certificates, chain, key)));
        files.take();
        return files;
    }

    private static ServerChainReading replace(ServerCertificates certificates, String chain, String key) {
        try {
            return certificates.replace(TrustWorld.DEFAULT, chain, key);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** What the engine of this installation keeps things in. */
    private record Storage(EmbeddedTable table, TelemetryLogs logs) {}

    /** What the ports lead to. */
    private record Services(Wiring wiring, EventsPart events, ServerCertificates certificates, Backups backups) {}

    private Backups backups(DataDirectory data, Storage storage, Hubs hubs) throws IOException {
        return new Backups(data.path(), hubs, storage.table(), storage.logs()::snapshots, clock, limits);
    }

    private Storage openStorage(DataDirectory data) {
        EmbeddedTable table = opened.add(EmbeddedTable.open(data.table(), limits.storage()));
        TelemetryLogs logs = new TelemetryLogs(telemetryDisk, data.logs(), clock, limits);
        monitoring.watch(table, logs);
        return new Storage(table, logs);
    }

    private void accelerate() {
        Accelerator found = switch (config.acceleration()) {
            case AUTO -> Accelerator.use();
            case OFF -> new Accelerator.NotInUse("it is switched off by " + Settings.TLS_ACCELERATION.path());
        };
        var _ = accelerator.update(_ -> found);
        switch (found) {
            case Accelerator.InUse(String name, String version) -> LOG.info("TLS is computed by {} {}", name, version);
            case Accelerator.NotInUse(String why) -> LOG.info("TLS is computed by the Java runtime alone: {}", why);
        }
    }

    private Wiring wire(DataDirectory data, Storage storage, ServerCertificates certificates) throws StartFailure {
        HostNames hostNames = new HostNames(config.domains(), FirstStart.HUB);
        PolicyStore policies = new PolicyStore(
                storage.table(), config.policies().byDefault(), limits.tls().policiesMax());
        // Hubs that were given none are opened with it.
        TlsPolicies.find(policies, policies.defaultName());
        Hubs hubs = opened.add(new Hubs(
                storage.table(),
                storage.logs(),
                hostNames,
                policies,
                clock,
                random,
                limits,
                asking(),
                config.faultInjection(),
                config.throttles()));
        if (config.faultInjection()) {
            LOG.warn(
                    "fault injection is on: whoever may send telemetry can have connections broken and requests refused;"
                            + " leave {} off where real devices are",
                    Settings.FAULT_INJECTION.path());
        }
        FirstStart.ensure(storage.table(), hubs);
        TlsPolicies tls = new TlsPolicies(policies, config.policies(), hostNames, hubs);
        monitoring.watch(hubs);
        Insight insight = opened.add(Insight.open(data.insight(), limits, hostNames, hubs, certificates, clock));
        monitoring.watch(insight);
        ReportOnly reportOnly = new ReportOnly(
                insight.fleet(),
                tls::tried,
                insight.journal()::keep,
                limits.insight().reports());
        monitoring.watch(reportOnly);
        ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
        opened.add(() -> finish(threads));
        return new Wiring(
                limits,
                config.arrivals(),
                clock,
                hostNames,
                hubs,
                tls,
                accelerator,
                threads,
                monitoring.refused(),
                insight,
                reportOnly,
                monitoring.requests());
    }

    private Revocation.Asking asking() throws StartFailure {
        try {
            GuardedClient client = opened.add(new GuardedClient(
                    new AddressGuard(config.outgoing()), ClientTls.trustingPublicRoots(), limits.client()));
            ExecutorService asking = Executors.newVirtualThreadPerTaskExecutor();
            opened.add(asking::shutdownNow);
            return new Revocation.Asking(
                    new RevocationClient(client, limits.client().requestMaxTime()), asking);
        } catch (GeneralSecurityException e) {
            throw new StartFailure("The public roots of the Java runtime can't be read.", e);
        }
    }

    private Schedule schedule(
            DataDirectory data,
            Wiring wiring,
            Storage storage,
            ServerCertificates certificates,
            ReadyFiles readyFiles) {
        Hubs hubs = wiring.hubs();
        Insight insight = wiring.insight();
        Schedule schedule = opened.add(new Schedule());
        schedule.every(limits.installation().retentionEvery(), "dropping old telemetry", hubs::dropExpired);
        schedule.every(limits.message().lookEvery(), "looking after messages to devices", hubs::lookAfterMessages);
        schedule.every(limits.message().lookEvery(), "looking after events", hubs::lookAfterEvents);
        schedule.every(REVOCATION_EVERY, "looking at revocations", hubs::tickRevocation);
        schedule.every(
                STORE_EVERY, "looking at the store", () -> Monitoring.tryFailing(storage.table(), storage.logs()));
        // Keys and the demo device may be changed through a hub's own API, too.
        schedule.every(READY_EVERY, "bringing the ready file up to date", readyFiles::refresh);
        DiskSpace space = new DiskSpace(
                () -> Files.getFileStore(data.path()).getUsableSpace(),
                limits.installation().monitoring().diskFreeMinBytes());
        space.look();
        monitoring.watch(space);
        schedule.every(STORE_EVERY, "looking at the room on the disk", space::look);
        schedule.every(GARBAGE_EVERY, "collecting old garbage", new OldGarbage()::look);
        schedule.every(LEFT_OUT_EVERY, "telling of refusals without a line", monitoring.refusalLog()::tellLeftOut);
        schedule.every(DRILL_EVERY, "looking at the drill", insight.drills()::tick);
        schedule.every(TRACES_EVERY, "withdrawing traces", insight.traces()::drop);
        schedule.every(
                INSIGHT_EVERY,
                "forgetting old connections",
                () -> insight.dropOld(
                        hub -> HubName.parse(hub).flatMap(hubs::byName).isPresent()));
        ExpiryWarning warning = new ExpiryWarning(certificates::all, clock);
        warning.look();
        schedule.every(CERTIFICATES_EVERY, "renewing the server's certificates", () -> {
            try {
                certificates.refresh();
                certificates.makeReserves();
            } finally {
                warning.look();
            }
        });
        return schedule;
    }

    private Installation.Ports listen(FrontDoor door, Services services, OperatorToken token, Runnable hubsChanged)
            throws StartFailure {
        Listeners listeners = new Listeners(door, config.bind());
        Config.Ports wanted = config.ports();
        Wiring wiring = services.wiring();
        Listener mqttListener = wiring.mqtt();
        Listener amqpListener = wiring.amqp(services.events());
        int mqtt = listeners.open(mqttListener, List.of(wanted.mqtt()), "--mqtt-port");
        int amqp = listeners.open(amqpListener, List.of(wanted.amqp()), "--amqp-port");
        Integer given = wanted.https();
        int https = listeners.open(
                wiring.https(
                        token,
                        services.certificates(),
                        new ConnectionStrings(amqp),
                        services.backups(),
                        wiring.webSockets(mqttListener, amqpListener),
                        hubsChanged),
                given == null ? List.of(Config.HTTPS_PORT, Config.HTTPS_FALLBACK_PORT) : List.of(given),
                "--https-port");
        return new Installation.Ports(mqtt, amqp, https);
    }

    /** What was taken is acknowledged, and what is answered gets its answer, as long as that takes moments. */
    private static void endConnections(FrontDoor door, Hubs hubs) {
        hubs.all().forEach(hub -> hub.links().endAll(new LinkEnd.ServerStopping()));
        hubs.all().forEach(hub -> hub.methods().end());
        if (!door.endConnections(GOODBYE_MAX_TIME)) {
            LOG.info(
                    "{} connections did not end by themselves and are closed",
                    door.counts().open());
        }
    }

    /** Requests that are under way end before the store does, and so do Wills of devices that were cut. */
    private static void finish(ExecutorService threads) throws InterruptedException {
        threads.shutdown();
        if (!threads.awaitTermination(REQUESTS_MAX_TIME.toMillis(), TimeUnit.MILLISECONDS)) {
            LOG.warn("requests were still under way after {} s", REQUESTS_MAX_TIME.toSeconds());
            threads.shutdownNow();
        }
    }
}
