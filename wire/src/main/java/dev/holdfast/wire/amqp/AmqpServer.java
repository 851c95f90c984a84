package dev.holdfast.wire.amqp;

import dev.holdfast.base.Limits;
import dev.holdfast.wire.Connection;
import dev.holdfast.wire.Mount;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.BiFunction;
import java.util.function.Predicate;

/** AMQP 1.0 for clients that connect. Put on a connection whose TLS handshake is done, or on a WebSocket. */
public final class AmqpServer implements Mount {
    private final Settings settings;

    /** What all connections of a server share. */
    record Settings(
            List<AmqpFace> faces,
            Limits limits,
            Predicate<Connection> showedCertificate,
            BiFunction<Connection, AmqpRefusal, String> refused,
            Set<String> symbols) {}

    /**
     * @param faces asked in this order
     * @param showedCertificate whether the TLS handshake of a connection showed a client certificate
     * @param refused told about every connection that the protocol itself refused; quick, on the event loop; says the id of the report,
     *     which the peer is told
     */
    public AmqpServer(
            List<AmqpFace> faces,
            Limits limits,
            Predicate<Connection> showedCertificate,
            BiFunction<Connection, AmqpRefusal, String> refused) {
        Set<String> symbols = new HashSet<>(Engines.SYMBOLS);
        faces.forEach(face -> symbols.addAll(face.symbols()));
        settings = new Settings(List.copyOf(faces), limits, showedCertificate, refused, Set.copyOf(symbols));
    }

    @Override
    public void mount(Connection connection) {
        connection.channel().pipeline().addLast(new HeaderHandler(connection, settings));
    }
}
