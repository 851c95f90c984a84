package dev.holdfast.server;

import java.net.InetAddress;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * What the operator decides for one run of the server.
 *
 * @param domain in lower case; the hubs are named below it
 * @param bind an address to listen on besides loopback, or null for loopback alone
 * @param readyFile written besides the one in the data directory, or null
 * @param metrics where metrics and health checks are answered, or null for nowhere
 */
record Config(
        Path data,
        String domain,
        @Nullable InetAddress bind,
        Ports ports,
        @Nullable Path readyFile,
        @Nullable Metrics metrics,
        Logging.Format logFormat) {
    static final int HTTPS_PORT = 443;
    static final int HTTPS_FALLBACK_PORT = 8443;
    static final int MQTT_PORT = 8883;
    static final int AMQP_PORT = 5671;
    static final int METRICS_PORT = 9464;

    /**
     * Ports to listen on; 0 takes any free one.
     *
     * @param https null for 443 where it can be had and 8443 where not
     */
    record Ports(@Nullable Integer https, int mqtt, int amqp) {}

    /** The plain listener for metrics and health checks; port 0 takes any free one. */
    record Metrics(InetAddress address, int port) {
        static final Metrics DEFAULT = onLoopback(METRICS_PORT);

        static Metrics onLoopback(int port) {
            return new Metrics(InetAddress.getLoopbackAddress(), port);
        }
    }
}
