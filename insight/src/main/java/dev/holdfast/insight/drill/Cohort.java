package dev.holdfast.insight.drill;

import java.net.InetAddress;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Which devices of a hub are to be shown the other chain: those that fit everything that is said.
 *
 * @param devices ids; empty for any
 * @param percent of those that fit the rest, 1 to 100; chosen by their ids, so that more percent keeps those of fewer
 * @param addresses where they came from last, or networks such as {@code 192.0.2.0/24}; empty for any
 * @param serverNames what they asked for; empty for any
 * @param shapes ids or beginnings of ids of hello shapes; empty for any
 */
public record Cohort(
        List<String> devices, int percent, List<String> addresses, List<String> serverNames, List<String> shapes) {
    private static final int ALL = 100;
    /** No id of a device: none left would mean any. */
    private static final String FORGOTTEN = "(forgotten)";

    /** @throws IllegalArgumentException with a sentence for people */
    public Cohort {
        devices = List.copyOf(devices);
        addresses = List.copyOf(addresses);
        serverNames = List.copyOf(serverNames);
        shapes = List.copyOf(shapes);
        if (percent < 1 || percent > ALL) {
            throw new IllegalArgumentException("The share of devices is 1 to 100 percent.");
        }
        addresses.forEach(AddressRange::parse);
    }

    /** The same, but for the id of a device that is to be forgotten. */
    Cohort without(String device) {
        List<String> others = devices.stream()
                .map(each -> each.equals(device) ? FORGOTTEN : each)
                .toList();
        return new Cohort(others, percent, addresses, serverNames, shapes);
    }

    public boolean includes(KnownDevice device) {
        return (devices.isEmpty() || devices.contains(device.device()))
                && isChosen(device.device())
                && (serverNames.isEmpty() || isNamed(device.serverName()))
                && (shapes.isEmpty() || shapes.stream().anyMatch(device.shape()::startsWith))
                && (addresses.isEmpty() || isAt(InetAddress.ofLiteral(device.address())));
    }

    private boolean isChosen(String device) {
        // Spread by a multiplication, since ids that follow each other have hashes that do, too.
        return Math.floorMod((device.hashCode() * 0x9E3779B1) >>> 7, ALL) < percent;
    }

    private boolean isNamed(@Nullable String serverName) {
        return serverName != null && serverNames.stream().anyMatch(serverName::equalsIgnoreCase);
    }

    private boolean isAt(InetAddress address) {
        return addresses.stream().map(AddressRange::parse).anyMatch(range -> range.includes(address));
    }
}
