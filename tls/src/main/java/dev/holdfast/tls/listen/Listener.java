package dev.holdfast.tls.listen;

import dev.holdfast.base.Limits;
import dev.holdfast.wire.Mount;

/**
 * What waits behind a port.
 *
 * @param name what reports call it: {@code mqtt}, {@code amqp}, {@code https}
 * @param limits what a socket may do before the handshake is done; the protocol holds it to the time of the first packet
 * @param mount gets every connection whose handshake is done
 */
public record Listener(String name, Limits.Arrival limits, Mount mount) {}
