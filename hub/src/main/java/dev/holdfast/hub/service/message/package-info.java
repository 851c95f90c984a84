/** What back ends say to devices over AMQP: they send cloud-to-device messages, and receive feedback about them. */
@NullMarked
package dev.holdfast.hub.service.message;

import org.jspecify.annotations.NullMarked;
