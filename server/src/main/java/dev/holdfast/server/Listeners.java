package dev.holdfast.server;

import dev.holdfast.tls.listen.FrontDoor;
import dev.holdfast.tls.listen.Listener;
import dev.holdfast.tls.listen.Listening;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Opens the ports: each protocol on loopback, IPv4 and IPv6, and on the address that the operator named. */
final class Listeners {
    private final FrontDoor door;
    private final @Nullable InetAddress bound;
    private final List<InetAddress> addresses;

    Listeners(FrontDoor door, @Nullable InetAddress bind) {
        this.door = door;
        this.bound = bind;
        this.addresses = addresses(bind);
    }

    /**
     * Opens the first port that can be had, on every address.
     *
     * @param option that chooses another port
     * @return the port, a real one where 0 was asked for
     */
    int open(Listener listener, List<Integer> ports, String option) throws StartFailure {
        List<String> failures = new ArrayList<>();
        for (int port : ports) {
            try {
                return bind(listener, port);
            } catch (BindException e) {
                failures.add(String.valueOf(e.getMessage()));
            }
        }
        throw new StartFailure(String.join(" And: ", failures)
                + " Choose another port with " + option
                + (bound == null ? "." : ", or another address with --bind."));
    }

    /** The same port on every address, or none. */
    private int bind(Listener listener, int wanted) throws BindException {
        List<Listening> bound = new ArrayList<>();
        int port = wanted;
        try {
            for (InetAddress address : addresses) {
                Listening listening = door.listen(listener, new InetSocketAddress(address, port));
                bound.add(listening);
                port = listening.port(); // where any free one was asked for, the others take the same
            }
            return port;
        } catch (BindException e) {
            bound.forEach(Listening::close);
            throw e;
        }
    }

    private static List<InetAddress> addresses(@Nullable InetAddress bind) {
        if (bind != null && bind.isAnyLocalAddress()) {
            return List.of(bind);
        }
        Set<InetAddress> addresses = new LinkedHashSet<>();
        try {
            addresses.add(InetAddress.getByAddress(new byte[] {127, 0, 0, 1}));
            InetAddress loopback6 =
                    InetAddress.getByAddress(new byte[] {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1});
            // Some clients try the IPv6 address of localhost first; a machine may have none.
            if (NetworkInterface.getByInetAddress(loopback6) != null) {
                addresses.add(loopback6);
            }
        } catch (UnknownHostException | SocketException e) {
            throw new IllegalStateException("the loopback addresses can't be found", e);
        }
        if (bind != null) {
            addresses.add(bind);
        }
        return List.copyOf(addresses);
    }
}
