package dev.holdfast.hub.command;

import dev.holdfast.hub.identity.Identity;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * A service calls a method of a device or module.
 *
 * @param payload JSON, passed on as it is
 * @param connectTimeout how long to wait until the device listens; zero to fail at once
 * @param responseTimeout how long to wait for the answer; null for what holds when nobody says
 */
public record InvokeMethod(
        Identity identity,
        String method,
        String payload,
        Duration connectTimeout,
        @Nullable Duration responseTimeout) {}
