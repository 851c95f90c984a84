package dev.holdfast.planted.wire;

import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;

/** Makes a TLS engine outside of its home. */
public record MakesEngine(SSLContext context) {
    SSLEngine engine() {
        SSLEngine engine = context.createSSLEngine();
        engine.setUseClientMode(false);
        return engine;
    }
}
