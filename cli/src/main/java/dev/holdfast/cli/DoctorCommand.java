package dev.holdfast.cli;

import dev.holdfast.base.Limits;
import dev.holdfast.cli.doctor.CertificateChecks;
import dev.holdfast.cli.doctor.FileChecks;
import dev.holdfast.cli.doctor.Finding;
import dev.holdfast.cli.doctor.MachineChecks;
import dev.holdfast.cli.doctor.NetworkChecks;
import dev.holdfast.cli.doctor.ProcessChecks;
import dev.holdfast.cli.doctor.ServerChecks;
import dev.holdfast.cli.trace.Roots;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import tools.jackson.databind.JsonNode;

@Command(
        name = "doctor",
        description = {
            "Checks the installation of a data directory on this machine: Java, the server, the names, ports and chains of its"
                    + " hubs, clocks, certificates, keys, limits; and says what to do about what is not well.",
            "Without a running server it checks what it can. Changes nothing. Exit status 0 when nothing failed."
        },
        footer = {"", "Examples:", "  holdfast doctor", "  holdfast doctor --data /var/lib/holdfast --json"})
final class DoctorCommand implements Callable<Integer> {
    @Option(
            names = "--data",
            paramLabel = "DIR",
            description = "Data directory of the server (default: $$HOLDFAST_DATA, else ./data).")
    private @Nullable Path data;

    @Option(
            names = "--config",
            paramLabel = "FILE",
            description = "The settings file that the server is started with (default: the running server's).")
    private @Nullable Path settings;

    @Mixin
    private Output output = new Output();

    @Mixin
    private HelpOption help = new HelpOption();

    private final Map<String, String> environment;
    private final Limits limits = Limits.defaults();
    private final InstantSource clock = InstantSource.system();

    DoctorCommand(Map<String, String> environment) {
        this.environment = environment;
    }

    @Override
    public Integer call() throws CommandFailure {
        Path directory = DataDirectory.find(data, environment);
        List<Finding> findings = new ArrayList<>();
        Path bundle = directory.resolve("ca.pem");
        if (Files.isDirectory(directory)) {
            findings.addAll(MachineChecks.of(directory));
            findings.addAll(new FileChecks(directory).all(bundle));
            findings.addAll(server(directory, bundle));
        } else {
            findings.addAll(MachineChecks.of(Path.of("").toAbsolutePath()));
            findings.add(new Finding(
                    "data directory",
                    Finding.State.FAILED,
                    "There is no directory " + directory
                            + ": name the server's with --data or HOLDFAST_DATA, or make one with"
                            + " 'holdfast up'."));
        }
        DoctorReport report = new DoctorReport(findings, bundle);
        if (output.isJson()) {
            output.printJson(help.out(), report.json());
        } else {
            report.print(help.out());
        }
        return end(findings);
    }

    private static int end(List<Finding> findings) throws CommandFailure {
        List<Finding> failed = findings.stream()
                .filter(finding -> finding.state() == Finding.State.FAILED)
                .toList();
        if (!failed.isEmpty()) {
            throw new CommandFailure("failed: "
                    + failed.stream().map(Finding::check).distinct().collect(Collectors.joining(", ")) + ".");
        }
        return 0;
    }

    /** What there is to check of a running server, or of one that does not run. */
    private List<Finding> server(Path directory, Path bundle) {
        ServerOptions options = new ServerOptions(environment, directory);
        List<Finding> findings = new ArrayList<>();
        JsonNode ready;
        try {
            ready = options.ready().orElseThrow();
        } catch (CommandFailure e) {
            findings.add(new Finding("server", Finding.State.FAILED, capital(e.sentence())));
            findings.addAll(new CertificateChecks(clock).roots(bundle));
            findings.add(CertificateChecks.reservesOnDisk(directory));
            findings.add(FileChecks.settings(settings, false));
            return findings;
        }
        try (OperatorClient client = options.connect()) {
            findings.addAll(operator(client));
        } catch (CommandFailure e) {
            findings.add(new Finding("server", Finding.State.FAILED, capital(e.sentence())));
        }
        findings.addAll(network(ready, bundle));
        ProcessChecks process = new ProcessChecks(ready.path("pid").asLong());
        findings.add(process.files(ready.path("sockets").path("openMax").asLong()));
        findings.add(FileChecks.settings(
                settings != null ? settings : process.settingsFile().orElse(null), true));
        return findings;
    }

    private List<Finding> operator(OperatorClient client) throws CommandFailure {
        JsonNode status = client.get("status");
        List<Finding> findings = new ArrayList<>();
        findings.add(ServerChecks.reachable(status, client.address().url().toString()));
        findings.add(new ServerChecks(clock, limits.telemetry().tokenMaxSkew()).clock(status));
        CertificateChecks certificates = new CertificateChecks(clock);
        try {
            findings.addAll(certificates.shown(path -> ask(client, path)));
            findings.addAll(certificates.reserves(path -> ask(client, path)));
        } catch (IOException e) {
            throw new CommandFailure(String.valueOf(e.getMessage()), e);
        }
        return findings;
    }

    private static JsonNode ask(OperatorClient client, String path) throws IOException {
        try {
            return client.get(path);
        } catch (CommandFailure e) {
            throw new IOException(e.sentence(), e);
        }
    }

    private List<Finding> network(JsonNode ready, Path bundle) {
        NetworkChecks network = new NetworkChecks(ready.path("hubs"), limits);
        List<Finding> findings = new ArrayList<>(network.names());
        try {
            findings.addAll(network.ports(Roots.ofFile(bundle)));
        } catch (IOException _) {
            findings.add(new Finding("ports", Finding.State.UNKNOWN, "Without " + bundle + " no chain can be judged."));
        }
        return findings;
    }

    private static String capital(String sentence) {
        return sentence.substring(0, 1).toUpperCase(Locale.ROOT) + sentence.substring(1);
    }
}
