package dev.holdfast.wire.client;

import java.net.InetAddress;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * Networks, written as {@code 10.1.0.0/16} or {@code fd00::/8}; a single address without a slash.
 *
 */
public record Networks(List<Network> all) {
    /** None. */
    public static final Networks NONE = new Networks(List.of());

    public Networks {
        all = List.copyOf(all);
    }

    /** @param bits that all addresses of it share, counted from the left */
    public record Network(InetAddress address, int bits) {
        boolean contains(InetAddress other) {
            byte[] mine = address.getAddress();
            byte[] its = other.getAddress();
            if (mine.length != its.length) {
                return false;
            }
            for (int bit = 0; bit < bits; bit++) {
                int mask = 0x80 >> (bit % 8);
                if (((mine[bit / 8] ^ its[bit / 8]) & mask) != 0) {
                    return false;
                }
            }
            return true;
        }

        /** Empty for what is no network; names are not looked up. */
        static Optional<Network> parse(String text) {
            int slash = text.indexOf('/');
            String host = slash < 0 ? text : text.substring(0, slash);
            try {
                InetAddress address = InetAddress.ofLiteral(host);
                int most = 8 * address.getAddress().length;
                String length = slash < 0 ? String.valueOf(most) : text.substring(slash + 1);
                if (!length.matches("[0-9]{1,3}") || Integer.parseInt(length) > most) {
                    return Optional.empty();
                }
                Network network = new Network(address, Integer.parseInt(length));
                return network.isWhole() ? Optional.of(network) : Optional.empty();
            } catch (IllegalArgumentException e) {
                return Optional.empty();
            }
        }

        /** Whether nothing is set behind the shared bits: somebody who writes 10.1.2.3/8 means something else. */
        private boolean isWhole() {
            byte[] bytes = address.getAddress();
            for (int bit = bits; bit < 8 * bytes.length; bit++) {
                if ((bytes[bit / 8] & (0x80 >> (bit % 8))) != 0) {
                    return false;
                }
            }
            return true;
        }

        @Override
        public String toString() {
            return address.getHostAddress() + "/" + bits;
        }
    }

    /** Reads them with commas between; empty when one is none, or none is given. */
    public static Optional<Networks> parse(String text) {
        List<Network> all = new ArrayList<>();
        for (String each : Arrays.stream(text.split(",", -1)).map(String::strip).toList()) {
            Optional<Network> network = Network.parse(each);
            if (network.isEmpty()) {
                return Optional.empty();
            }
            all.add(network.get());
        }
        return Optional.of(new Networks(all));
    }

    public boolean contain(InetAddress address) {
        return all.stream().anyMatch(network -> network.contains(address));
    }

    /** As {@link #parse} reads it. */
    @Override
    public String toString() {
        return String.join(", ", all.stream().map(Network::toString).toList());
    }
}
