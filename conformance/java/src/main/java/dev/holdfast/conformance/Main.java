package dev.holdfast.conformance;

import static org.junit.platform.engine.discovery.DiscoverySelectors.selectClass;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.platform.engine.DiscoverySelector;
import org.junit.platform.launcher.LauncherDiscoveryRequest;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;

/**
 * Runs the tests for one kind of server: {@code hub.test} with names of its own, {@code default-domain}, or {@code faults} where
 * faults are injected; all, or some classes. With
 * {@code matrix} it is a client of the matrix.
 */
public final class Main {
    private static final Map<String, List<Class<?>>> TESTS = Map.of(
            "hub.test",
                    List.of(
                            TrustTests.class,
                            KeyTelemetryTests.class,
                            CertificateTelemetryTests.class,
                            AuthorityTelemetryTests.class,
                            WebSocketTelemetryTests.class,
                            PolicyTelemetryTests.class,
                            ModuleTests.class,
                            RegistryTests.class,
                            TwinTests.class,
                            DigitalTwinTests.class,
                            TransportTelemetryTests.class,
                            CloudMessageTests.class,
                            MultiplexingTests.class),
            "default-domain", List.of(DefaultDomainTests.class),
            "faults", List.of(FaultInjectionTests.class));

    private Main() {}

    public static void main(String[] args) {
        System.setProperty("org.slf4j.simpleLogger.defaultLogLevel", "off");
        if (args.length == 2 && args[0].equals("matrix")) {
            Trust.of(Path.of(args[1])).makeDefault();
            new MatrixDevices().serve();
            System.exit(0);
        }
        List<String> some = List.of(args).subList(Math.min(1, args.length), args.length);
        List<Class<?>> tests = args.length == 0 ? null : TESTS.get(args[0]);
        if (tests == null) {
            System.err.println("usage: Main " + String.join("|", TESTS.keySet()) + " [CLASS...] | matrix ROOTS");
            System.exit(2);
        }
        Trust.ofServer().makeDefault();
        List<? extends DiscoverySelector> selectors = tests.stream()
                .filter(test -> some.isEmpty() || some.contains(test.getSimpleName()))
                .map(test -> selectClass(test))
                .toList();
        LauncherDiscoveryRequest request =
                LauncherDiscoveryRequestBuilder.request().selectors(selectors).build();
        LineReport report = new LineReport();
        LauncherFactory.create().execute(request, report);
        // The SDKs leave threads behind that would keep the process alive.
        System.exit(report.finish() ? 0 : 1);
    }
}
