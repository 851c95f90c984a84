package dev.holdfast.insight.drill;

import java.math.BigInteger;
import java.net.InetAddress;

/** An address, or all addresses with the same beginning ({@code 192.0.2.0/24}). */
record AddressRange(int bytes, BigInteger first, int prefixBits) {
    /** @throws IllegalArgumentException with a sentence for people */
    static AddressRange parse(String text) {
        int slash = text.indexOf('/');
        try {
            byte[] address = InetAddress.ofLiteral(slash < 0 ? text : text.substring(0, slash))
                    .getAddress();
            int bits = address.length * Byte.SIZE;
            int prefix = slash < 0 ? bits : Integer.parseInt(text.substring(slash + 1));
            if (prefix < 0 || prefix > bits) {
                throw new NumberFormatException();
            }
            return new AddressRange(address.length, new BigInteger(1, address), prefix);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(
                    "'" + text + "' is neither an address nor a network such as 192.0.2.0/24.", e);
        }
    }

    boolean includes(InetAddress address) {
        byte[] other = address.getAddress();
        int shift = bytes * Byte.SIZE - prefixBits;
        return other.length == bytes
                && new BigInteger(1, other).shiftRight(shift).equals(first.shiftRight(shift));
    }
}
