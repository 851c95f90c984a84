package dev.holdfast.hub.command;

import dev.holdfast.hub.identity.Identity;

/** A service sends something to a device or module. */
public record SendMessage(Identity to, CloudMessage message) {}
