package dev.holdfast.hub.service.http;

import dev.holdfast.hub.Hub;
import dev.holdfast.hub.identity.Identity;

/**
 * What the hub knows of an identity besides what is registered.
 *
 * @param messages that wait for it
 */
record Presence(boolean connected, int messages) {
    static Presence of(Hub hub, Identity identity) {
        return new Presence(hub.links().isConnected(identity), hub.messages().count(identity));
    }

    /** As {@code connectionState} has it. */
    String state() {
        return connected ? "Connected" : "Disconnected";
    }
}
