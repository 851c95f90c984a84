package dev.holdfast.base;

import java.time.Duration;

/**
 * Every bound on what comes from outside, with its unit in the name. One place to look, one value to hand down.
 *
 * <p>The numbers are Azure IoT Hub's where it has one, so that clients meet the limits they know.
 */
public record Limits(
        Sockets sockets,
        Tls tls,
        Certificates certificates,
        Mqtt mqtt,
        Amqp amqp,
        Http http,
        Telemetry telemetry,
        Registry registry,
        Storage storage) {

    /** The bounds that a fresh installation starts with. */
    public static Limits defaults() {
        return new Limits(
                new Sockets(64 * 1024, Duration.ofSeconds(15), Duration.ofSeconds(15), 20_000),
                new Tls(20_000, Duration.ofHours(1), 1024, 128 * 1024),
                new Certificates(1024 * 1024, 100),
                new Mqtt(64 * 1024, 320 * 1024, Duration.ofSeconds(1767), 5, 128, 64, 1024 * 1024),
                new Amqp(512, 64 * 1024, 320 * 1024, 64, 64, 32, 1000, 1024 * 1024),
                new Http(8 * 1024, 32 * 1024, 1024 * 1024, Duration.ofSeconds(60), 16),
                new Telemetry(256 * 1024, 64, Duration.ofMinutes(5), 64 * 1024 * 1024),
                new Registry(100, 1000, 128, 20),
                new Storage(64 * 1024 * 1024, 4096, 1024 * 1024, 8));
    }

    /**
     * What a socket may do before anyone is known.
     *
     * @param clientHelloMaxBytes the handshake message, over all its records
     * @param handshakeMaxTime from accept to the end of the TLS handshake
     * @param firstPacketMaxTime from there to the whole first packet of the protocol (CONNECT, open, request head)
     * @param openMax sockets open at once, over all listeners
     */
    public record Sockets(
            int clientHelloMaxBytes, Duration handshakeMaxTime, Duration firstPacketMaxTime, int openMax) {}

    /**
     * @param sessionsMax sessions that one policy and key type keeps for clients that resume without a ticket
     * @param sessionMaxTime how long a session, kept or in a ticket, may be resumed; what it proved is judged anew each time
     * @param acceptQueueMax connections of one listener that the system completes before they are accepted
     * @param silentMaxBytes records in a row without data for the protocol, such as key updates; more than one full record
     */
    public record Tls(int sessionsMax, Duration sessionMaxTime, int acceptQueueMax, int silentMaxBytes) {}

    /**
     * @param pemMaxBytes a text with certificates and keys in PEM
     * @param pemMaxObjects certificates and keys in it
     */
    public record Certificates(int pemMaxBytes, int pemMaxObjects) {}

    /**
     * @param connectMaxBytes remaining length of a CONNECT
     * @param packetMaxBytes remaining length of any later packet
     * @param keepAliveMaxTime longest silence, whatever the client asked for (29.45 minutes)
     * @param subscriptionsMax topic filters of one session
     * @param clientIdMaxChars bound for each part of a client id
     * @param publishesInFlightMax received and not yet durable; beyond it the socket is not read
     * @param publishBytesInFlightMax the same in bytes
     */
    public record Mqtt(
            int connectMaxBytes,
            int packetMaxBytes,
            Duration keepAliveMaxTime,
            int subscriptionsMax,
            int clientIdMaxChars,
            int publishesInFlightMax,
            int publishBytesInFlightMax) {}

    /**
     * @param saslFrameMaxBytes any frame before the peer is past SASL
     * @param frameMaxBytes what open offers as max-frame-size
     * @param messageMaxBytes a message over all its frames
     * @param sessionsMax sessions of one connection
     * @param linksMax links of one session
     * @param tokensMax put-token audiences of one connection
     * @param creditMax deliveries that one link may have in flight
     * @param readAheadMaxBytes what one reader link holds in memory
     */
    public record Amqp(
            int saslFrameMaxBytes,
            int frameMaxBytes,
            int messageMaxBytes,
            int sessionsMax,
            int linksMax,
            int tokensMax,
            int creditMax,
            int readAheadMaxBytes) {}

    /**
     * @param requestLineMaxBytes method, target and version
     * @param headersMaxBytes all header fields of a request
     * @param bodyMaxBytes a request body
     * @param idleMaxTime silence between two requests of one connection
     * @param pipelinedMax requests of one connection that wait for an answer
     */
    public record Http(
            int requestLineMaxBytes, int headersMaxBytes, int bodyMaxBytes, Duration idleMaxTime, int pipelinedMax) {}

    /**
     * @param messageMaxBytes body plus properties of one device-to-cloud message
     * @param propertiesMax application properties of one message
     * @param tokenMaxSkew how far device and hub clocks may differ when a token's expiry is judged
     * @param pendingMaxBytes not yet durable over all connections of a hub; beyond it senders are not read
     */
    public record Telemetry(int messageMaxBytes, int propertiesMax, Duration tokenMaxSkew, int pendingMaxBytes) {}

    /**
     * @param bulkMax identities in one bulk call
     * @param pageMax identities in one page of a list
     * @param statusReasonMaxChars text that says why a device is disabled
     * @param consumerGroupsMax groups of one hub besides {@code $Default}
     */
    public record Registry(int bulkMax, int pageMax, int statusReasonMaxChars, int consumerGroupsMax) {}

    /**
     * @param segmentBytes size of one preallocated log segment
     * @param indexEveryBytes distance between two entries of a segment's sparse index
     * @param readMaxBytes what one read of the log returns at most
     * @param readersMax connections that read the table at the same time
     */
    public record Storage(int segmentBytes, int indexEveryBytes, int readMaxBytes, int readersMax) {}
}
