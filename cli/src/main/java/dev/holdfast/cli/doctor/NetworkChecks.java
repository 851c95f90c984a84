package dev.holdfast.cli.doctor;

import dev.holdfast.base.Limits;
import dev.holdfast.cli.trace.ClientTrace;
import dev.holdfast.cli.trace.Ending;
import dev.holdfast.cli.trace.Roots;
import dev.holdfast.cli.trace.ServerKey;
import dev.holdfast.cli.trace.TraceOptions;
import dev.holdfast.cli.trace.TraceResult;
import dev.holdfast.tls.trace.Side;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import tools.jackson.databind.JsonNode;

/** Whether every hub is reached by its name, and what a client is shown there. */
public final class NetworkChecks {
    /** A port with the number that SDKs expect. */
    private record Port(String protocol, String member, int usual) {}

    private static final List<Port> PORTS = List.of(
            new Port("MQTT", "mqttPort", 8883),
            new Port("AMQP", "amqpPort", 5671),
            new Port("HTTPS", "httpsPort", 443));

    private final JsonNode hubs;
    private final Limits limits;
    private final Set<String> unresolved = new LinkedHashSet<>();

    /** @param hubs as the ready file has them */
    public NetworkChecks(JsonNode hubs, Limits limits) {
        this.hubs = hubs;
        this.limits = limits;
    }

    public List<Finding> names() {
        List<Finding> findings = new ArrayList<>();
        for (JsonNode hub : hubs) {
            String name = hub.path("hostName").asString();
            try {
                String addresses = Arrays.stream(InetAddress.getAllByName(name))
                        .map(InetAddress::getHostAddress)
                        .distinct()
                        .collect(Collectors.joining(", "));
                findings.add(Finding.ok("names", name + " resolves to " + addresses + "."));
            } catch (UnknownHostException _) {
                unresolved.add(name);
            }
        }
        if (!unresolved.isEmpty()) {
            String names = String.join(" ", unresolved);
            findings.add(Finding.failed(
                    "names",
                    "Not resolved: " + names + ". Let your DNS know " + (unresolved.size() == 1 ? "it" : "them")
                            + ", or add this one line to /etc/hosts, with the address by which clients reach the server:"
                            + " 127.0.0.1 " + names));
        }
        return findings;
    }

    /** After {@link #names}; a name that does not resolve is asked for at this machine. */
    public List<Finding> ports(Roots roots) {
        List<Finding> findings = new ArrayList<>();
        for (JsonNode hub : hubs) {
            for (Port port : PORTS) {
                int number = hub.path(port.member()).asInt();
                if (number > 0) {
                    findings.add(check(hub.path("hostName").asString(), port, number, roots));
                }
            }
        }
        return findings;
    }

    private Finding check(String name, Port port, int number, Roots roots) {
        String where = name + ", port " + number + " (" + port.protocol() + "): ";
        TraceResult rsa = trace(name, number, ServerKey.RSA, roots);
        if (isUnreachable(rsa)) {
            return Finding.failed("ports", where + rsa.ending().sentence());
        }
        TraceResult ecdsa = trace(name, number, ServerKey.ECDSA, roots);
        if (rsa.isGood() && ecdsa.isGood()) {
            return number == port.usual()
                    ? Finding.ok(
                            "ports",
                            where + "the RSA and the ECDSA chain lead to roots of the CA file and have the name.")
                    : Finding.warning(
                            "ports",
                            where + "both chains are good, but device SDKs know only port " + port.usual()
                                    + ": let the server have that one.");
        }
        if ((rsa.isGood() && isRefused(ecdsa)) || (ecdsa.isGood() && isRefused(rsa))) {
            return Finding.warning(
                    "ports",
                    where + "only the " + (rsa.isGood() ? "RSA" : "ECDSA")
                            + " chain is shown, since the hub's TLS policy accepts no other; clients that offer only the"
                            + " other kind can't connect ('holdfast policy list').");
        }
        // A chain that is shown and bad says more than one that the policy does not show.
        TraceResult bad = rsa.isGood() || (isRefused(rsa) && !isRefused(ecdsa)) ? ecdsa : rsa;
        return Finding.failed(
                "ports",
                where + "with " + (bad.options().serverKey() == ServerKey.RSA ? "an RSA" : "an ECDSA") + " key: "
                        + bad.complaint().orElse("nothing more is known."));
    }

    private TraceResult trace(String name, int port, ServerKey key, Roots roots) {
        String host = unresolved.contains(name) ? "localhost" : name;
        return ClientTrace.of(new TraceOptions(host, port, name, name, TraceOptions.MODERN, key, null), roots, limits);
    }

    private static boolean isUnreachable(TraceResult result) {
        return switch (result.ending()) {
            case Ending.NameUnknown _, Ending.NoConnection _, Ending.NotTls _, Ending.TooSlow _ -> true;
            case Ending.Finished _, Ending.Alerted _, Ending.Closed _, Ending.Broken _ -> false;
        };
    }

    private static boolean isRefused(TraceResult result) {
        return result.ending() instanceof Ending.Alerted(var from, var alert, var _)
                && from == Side.SERVER
                && alert.equals("handshake_failure");
    }
}
