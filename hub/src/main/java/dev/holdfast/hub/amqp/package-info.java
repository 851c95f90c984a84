/**
 * What all AMQP connections to hubs have in common: tokens put on {@code $cbs}, which part of a hub an address means, and what is told to who was refused. The
 * parts that answer behind addresses have packages of their own and are handed in.
 */
@NullMarked
package dev.holdfast.hub.amqp;

import org.jspecify.annotations.NullMarked;
