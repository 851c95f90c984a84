package dev.holdfast.server;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.json.JsonMapper;

/**
 * What a running server tells programs that use it, in the form that the documentation of the ready file fixes. It holds secrets.
 *
 * @param startupMillis from the start of the Java runtime to the last open listener
 * @param sockets what the server accepts
 * @param monitoring null when it is off
 * @param trustBundle absolute path of the roots to trust
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
record Ready(
        String version,
        long pid,
        long startupMillis,
        String operatorToken,
        String trustBundle,
        Operator operator,
        Sockets sockets,
        @Nullable Monitoring monitoring,
        List<HubEntry> hubs) {
    private static final JsonMapper JSON = JsonMapper.builder().build();

    /** @param url of the operator API, by a name that its certificate has and this machine resolves */
    record Operator(String url) {}

    /** @param openMax over all listeners; the system has to let the process open that many files and some */
    record Sockets(int openMax) {}

    /** Plain HTTP URLs for Prometheus and for whoever checks the server's health. */
    record Monitoring(String metrics, String ready, String live) {}

    /** @param demoDeviceConnectionString null for hubs without the demo device */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    record HubEntry(
            String name,
            String hostName,
            int mqttPort,
            int amqpPort,
            int httpsPort,
            @Nullable String serviceConnectionString,
            @Nullable String eventHubConnectionString,
            @Nullable String demoDeviceConnectionString) {
        @Override
        public String toString() {
            return "HubEntry[" + name + "]";
        }
    }

    String toJson() {
        return JSON.writerWithDefaultPrettyPrinter().writeValueAsString(this) + "\n";
    }

    @Override
    public String toString() {
        return "Ready[" + version + ", " + pid + "]";
    }
}
