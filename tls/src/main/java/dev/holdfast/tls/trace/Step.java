package dev.holdfast.tls.trace;

/** The nine steps in which a TLS handshake is usually told. They are those of TLS 1.2; TLS 1.3 has fewer messages in another order. */
public enum Step {
    CLIENT_HELLO(1, Side.CLIENT, "Client hello"),
    SERVER_HELLO(2, Side.SERVER, "Server hello"),
    SERVER_CERTIFICATE(3, Side.SERVER, "Server certificate, request for the client's"),
    CLIENT_CERTIFICATE(4, Side.CLIENT, "Client certificate"),
    KEY_EXCHANGE(5, Side.CLIENT, "Key exchange"),
    KEYS(6, Side.SERVER, "Both compute the keys"),
    CLIENT_FINISHED(7, Side.CLIENT, "Client finished"),
    SERVER_FINISHED(8, Side.SERVER, "Server finished"),
    APPLICATION_DATA(9, Side.SERVER, "Application data");

    private final int number;
    private final Side by;
    private final String title;

    Step(int number, Side by, String title) {
        this.number = number;
        this.by = by;
        this.title = title;
    }

    /** From 1. */
    public int number() {
        return number;
    }

    public String title() {
        return title;
    }

    /** Whose turn it is; of what both do, the server's, who is the first that can. */
    public Side by() {
        return by;
    }
}
