package dev.holdfast.base;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.nio.ByteBuffer;

/**
 * Where sockets come from, as far as they are counted together: an IPv4 address, or a /64 network of IPv6. A single host may use
 * any of the addresses of its /64, so that to count them one by one would count nothing.
 */
public record Source(boolean version6, long bits) {
    public static Source of(InetAddress address) {
        ByteBuffer bytes = ByteBuffer.wrap(address.getAddress());
        return address instanceof Inet6Address
                ? new Source(true, bytes.getLong())
                : new Source(false, bytes.getInt() & 0xFFFF_FFFFL);
    }
}
