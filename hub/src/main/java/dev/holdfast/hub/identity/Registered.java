package dev.holdfast.hub.identity;

/** What the registry knows of an identity that has to prove itself. */
record Registered(Identity identity, String generation, Authentication authentication) {}
