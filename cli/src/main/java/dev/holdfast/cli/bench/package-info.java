/** Load for any MQTT server over TLS, and what it cost: the engine behind {@code holdfast bench}. */
@NullMarked
package dev.holdfast.cli.bench;

import org.jspecify.annotations.NullMarked;
