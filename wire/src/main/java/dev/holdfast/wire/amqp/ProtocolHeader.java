package dev.holdfast.wire.amqp;

/** The eight bytes that begin each layer: {@code AMQP}, protocol id, version 1.0.0. */
final class ProtocolHeader {
    static final int AMQP = 0;
    static final int SASL = 3;

    private ProtocolHeader() {}

    static byte[] of(int id) {
        return new byte[] {'A', 'M', 'Q', 'P', (byte) id, 1, 0, 0};
    }

    /** The protocol id, or -1 when this is no header of version 1.0.0. */
    static int idOf(byte[] header) {
        boolean right = header[0] == 'A'
                && header[1] == 'M'
                && header[2] == 'Q'
                && header[3] == 'P'
                && header[5] == 1
                && header[6] == 0
                && header[7] == 0;
        return right ? header[4] & 0xFF : -1;
    }
}
