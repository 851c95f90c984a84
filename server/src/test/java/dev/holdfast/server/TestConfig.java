package dev.holdfast.server;

import dev.holdfast.base.Limits;
import dev.holdfast.hub.HostNames;
import dev.holdfast.hub.throttle.Operation;
import dev.holdfast.hub.throttle.Rate;
import dev.holdfast.server.setting.WorldDomain;
import dev.holdfast.wire.client.Networks;
import java.net.InetAddress;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The configuration of a server in a test: any free port, all else as without settings, but for what the test changes. */
final class TestConfig {
    private final Path data;
    String domain = HostNames.DEFAULT_DOMAIN;
    List<WorldDomain> moreDomains = List.of();
    Config.CertificateFile certificate = Config.CertificateFile.none();

    @Nullable
    InetAddress bind;

    Config.Ports ports = new Config.Ports(0, 0, 0);
    Limits.Arrival arrival = Limits.defaults().arrival();

    @Nullable
    Path readyFile;

    Limits limits = Limits.defaults();
    Map<Operation, Rate> throttles = Map.of();

    Config.@Nullable Metrics metrics = new Config.Metrics(InetAddress.getLoopbackAddress(), 0);

    Config.Policies policies = Config.Policies.standard();
    Networks outgoing = Networks.NONE;
    boolean faultInjection;

    TestConfig(Path data) {
        this.data = data;
    }

    Config build() {
        return new Config(
                data,
                domain,
                moreDomains,
                Config.Tokens.none(),
                certificate,
                bind,
                ports,
                Config.Arrivals.same(arrival),
                readyFile,
                limits,
                throttles,
                new Config.Log(LogFormat.TEXT, LogLevel.INFO),
                metrics,
                policies,
                Acceleration.AUTO,
                outgoing,
                faultInjection);
    }
}
