/** Devices and modules over AMQP 1.0: telemetry, twins, methods and messages to them, each by links of its own. */
@NullMarked
package dev.holdfast.hub.device.amqp;

import org.jspecify.annotations.NullMarked;
