/** What the hub tells readers of its telemetry beside the telemetry: changes of twins, identities that come and go, connections. */
@NullMarked
package dev.holdfast.hub.event;

import org.jspecify.annotations.NullMarked;
