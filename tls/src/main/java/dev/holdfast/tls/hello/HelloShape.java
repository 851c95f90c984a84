package dev.holdfast.tls.hello;

/**
 * How the hellos of one client software look, and names for it.
 *
 * @param hello without what is of one connection: {@link ClientHello#shape}
 * @param ja4 as other tools compute it for a first connection
 * @param id two clients share it only when they offer the same in the same order, which JA4 does not look at
 */
public record HelloShape(ClientHello hello, String ja4, String id) {
    private static final int MORE_CHARS = 8;

    /** The shape of a hello, by itself; {@link HelloShapes} keeps one of each. */
    public static HelloShape of(ClientHello hello) {
        ClientHello shape = hello.shape();
        String ja4 = Ja4.of(shape);
        return new HelloShape(shape, ja4, ja4 + "-" + Ja4.hash(shape.toString()).substring(0, MORE_CHARS));
    }
}
