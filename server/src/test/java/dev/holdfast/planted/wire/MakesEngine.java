package dev.holdfast.planted.wire;

import javax.net.ssl.SSLEngine;

/** Has a TLS engine outside of its home. */
public record MakesEngine(SSLEngine engine) {}
