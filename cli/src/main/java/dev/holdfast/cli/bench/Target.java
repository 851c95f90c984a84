package dev.holdfast.cli.bench;

import org.jspecify.annotations.Nullable;

/**
 * A server under load.
 *
 * @param host connected to, sent as SNI and looked for in the certificate
 * @param pid its process on this machine, null when it runs elsewhere or is not known
 */
public record Target(
        String host, int port, LoadTls tls, @Nullable Long pid) {}
