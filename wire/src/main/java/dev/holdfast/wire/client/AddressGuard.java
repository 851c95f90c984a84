package dev.holdfast.wire.client;

import java.net.InetAddress;
import java.net.UnknownHostException;

/**
 * Says where a request may go whose target somebody else had a say in: to public addresses (the special-purpose registries of IANA,
 * RFC 6890), and to networks that the operator allows. An address of IPv6 that stands for one of IPv4 is judged as that.
 */
public final class AddressGuard {
    /** Everything of IPv4 that is not somebody's public address. */
    private static final Networks SPECIAL_4 = networks(
            "0.0.0.0/8, 10.0.0.0/8, 100.64.0.0/10, 127.0.0.0/8, 169.254.0.0/16, 172.16.0.0/12, 192.0.0.0/24, 192.0.2.0/24,"
                    + " 192.31.196.0/24, 192.52.193.0/24, 192.88.99.0/24, 192.168.0.0/16, 192.175.48.0/24, 198.18.0.0/15,"
                    + " 198.51.100.0/24, 203.0.113.0/24, 224.0.0.0/4, 240.0.0.0/4");

    /** All that is given out of IPv6. */
    private static final Networks GLOBAL_6 = networks("2000::/3");

    private static final Networks SPECIAL_6 =
            networks("2001::/23, 2001:db8::/32, 2002::/16, 2620:4f:8000::/48, 3fff::/20");
    /** IPv4 behind a translator: the last four bytes. */
    private static final Networks TRANSLATED = networks("64:ff9b::/96");

    private final Networks allowed;

    public AddressGuard(Networks allowed) {
        this.allowed = allowed;
    }

    private static Networks networks(String text) {
        return Networks.parse(text).orElseThrow(() -> new IllegalArgumentException(text));
    }

    public boolean allows(InetAddress address) {
        return allowed.contain(address) || isPublic(address);
    }

    private static boolean isPublic(InetAddress address) {
        byte[] bytes = address.getAddress();
        if (bytes.length == 4) {
            return !SPECIAL_4.contain(address);
        }
        if (TRANSLATED.contain(address)) {
            return isPublic(lastFour(bytes));
        }
        return GLOBAL_6.contain(address) && !SPECIAL_6.contain(address);
    }

    private static InetAddress lastFour(byte[] bytes) {
        try {
            return InetAddress.getByAddress(new byte[] {bytes[12], bytes[13], bytes[14], bytes[15]});
        } catch (UnknownHostException e) {
            throw new IllegalStateException("four bytes are an address", e);
        }
    }
}
