/**
 * AMQP 1.0 on a connection: the engine and the guard before it, links with their credit, messages in and out. It knows no hub;
 * who may do what is decided by the {@link dev.holdfast.wire.amqp.AmqpFace} that claims a connection.
 */
@NullMarked
package dev.holdfast.wire.amqp;

import org.jspecify.annotations.NullMarked;
