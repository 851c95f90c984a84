package dev.holdfast.tls.hello;

/**
 * How the hellos of one client software look, and a name for it.
 *
 * @param hello without what is of one connection: {@link ClientHello#shape}
 * @param ja4 as other tools compute it for a first connection
 */
public record HelloShape(ClientHello hello, String ja4) {
    /** The shape of a hello, by itself; {@link HelloShapes} keeps one of each. */
    public static HelloShape of(ClientHello hello) {
        ClientHello shape = hello.shape();
        return new HelloShape(shape, Ja4.of(shape));
    }

    /** A name that two clients share only when they offer the same in the same order, which JA4 does not look at. */
    public String id() {
        return ja4 + "-" + Ja4.hash(hello.toString()).substring(0, 8);
    }
}
