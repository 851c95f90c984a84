package dev.holdfast.server;

import dev.holdfast.base.Limits;
import dev.holdfast.hub.HostNames;
import dev.holdfast.hub.Hubs;
import dev.holdfast.hub.link.LinkEnd;
import dev.holdfast.pki.ServerAuthorities;
import dev.holdfast.server.operator.ConnectionStrings;
import dev.holdfast.server.operator.OperatorToken;
import dev.holdfast.store.Table;
import dev.holdfast.store.embedded.EmbeddedTable;
import dev.holdfast.tls.identity.ServerIdentities;
import dev.holdfast.tls.listen.FrontDoor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The steps of one start, in their order. What is opened later is closed earlier. */
final class Starting {
    private static final Logger LOG = LoggerFactory.getLogger(Starting.class);
    private static final Duration CERTIFICATES_EVERY = Duration.ofHours(12);
    private static final Duration REQUESTS_MAX_TIME = Duration.ofSeconds(2);

    private final Config config;
    private final Limits limits;
    private final Consumer<String> progress;
    private final Opened opened;
    private final Instant begun = Instant.now();
    private final InstantSource clock = InstantSource.system();
    private final SecureRandom random = new SecureRandom();

    Starting(Config config, Consumer<String> progress, Opened opened) {
        this.config = config;
        this.limits = config.limits();
        this.progress = progress;
        this.opened = opened;
    }

    /** @return the ready file's first content */
    Ready start() throws StartFailure, IOException {
        DataDirectory data = opened.add(DataDirectory.open(config.data()));
        ReadyFiles readyFiles = new ReadyFiles(data.readyFile(), config.readyFile());
        readyFiles.clear();
        OperatorToken token = OperatorTokenFile.readOrMake(data.operatorToken(), random);
        if (!Files.exists(data.trustBundle())) {
            progress.accept("Making certificate authorities, one RSA and one ECC, in " + data.path());
        }
        ServerAuthorities authorities = authorities(data);
        Wiring wiring = wire(data);
        ServerIdentities identities = new ServerIdentities(authorities.rsa(), authorities.ecc());
        FrontDoor door = opened.add(wiring.frontDoor(identities));
        schedule(data, wiring.hubs(), identities);
        opened.add(() -> wiring.hubs().all().forEach(hub -> hub.links().endAll(new LinkEnd.ServerStopping())));
        opened.add(door::stopAccepting);

        Path trustBundle = authorities.trustBundle();
        Installation.Ports ports = listen(door, wiring, token, trustBundle, readyFiles::refresh);
        Installation installation = new Installation(
                wiring.hubs(),
                token,
                trustBundle,
                ports,
                Duration.between(begun, Instant.now()).toMillis());
        opened.add(readyFiles);
        readyFiles.write(installation::describe);
        return installation.describe();
    }

    private ServerAuthorities authorities(DataDirectory data) throws IOException {
        return ServerAuthorities.openOrCreate(data.path(), List.of(config.domain()), limits.certificates(), clock);
    }

    private Wiring wire(DataDirectory data) {
        HostNames hostNames = new HostNames(List.of(config.domain()), FirstStart.HUB);
        Table table = opened.add(EmbeddedTable.open(data.table(), limits.storage()));
        TelemetryLogs logs = new TelemetryLogs(data.logs(), clock, limits);
        Hubs hubs = opened.add(new Hubs(table, logs, hostNames, clock, random, limits));
        FirstStart.ensure(table, hubs);
        ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
        opened.add(() -> finish(threads));
        return new Wiring(limits, config.arrivals(), clock, hostNames, hubs, threads, new RefusalLog());
    }

    private void schedule(DataDirectory data, Hubs hubs, ServerIdentities identities) {
        Schedule schedule = opened.add(new Schedule());
        schedule.every(limits.installation().retentionEvery(), "dropping old telemetry", hubs::dropExpired);
        schedule.every(CERTIFICATES_EVERY, "renewing the server's certificates", () -> {
            ServerAuthorities now = authorities(data);
            identities.replace(now.rsa(), now.ecc());
        });
    }

    private Installation.Ports listen(
            FrontDoor door, Wiring wiring, OperatorToken token, Path trustBundle, Runnable hubsChanged)
            throws StartFailure {
        Listeners listeners = new Listeners(door, config.bind());
        Config.Ports wanted = config.ports();
        int mqtt = listeners.open(wiring.mqtt(), List.of(wanted.mqtt()), "--mqtt-port");
        int amqp = listeners.open(wiring.amqp(), List.of(wanted.amqp()), "--amqp-port");
        Integer given = wanted.https();
        int https = listeners.open(
                wiring.https(token, trustBundle, new ConnectionStrings(amqp), hubsChanged),
                given == null ? List.of(Config.HTTPS_PORT, Config.HTTPS_FALLBACK_PORT) : List.of(given),
                "--https-port");
        return new Installation.Ports(mqtt, amqp, https);
    }

    /** Requests that are under way end before the store does. */
    private static void finish(ExecutorService threads) throws InterruptedException {
        threads.shutdown();
        if (!threads.awaitTermination(REQUESTS_MAX_TIME.toMillis(), TimeUnit.MILLISECONDS)) {
            LOG.warn("requests were still under way after {} s", REQUESTS_MAX_TIME.toSeconds());
            threads.shutdownNow();
        }
    }
}
