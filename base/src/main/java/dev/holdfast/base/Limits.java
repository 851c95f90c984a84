package dev.holdfast.base;

import java.time.Duration;

/**
 * Every bound on what comes from outside, with its unit in the name. One place to look, one value to hand down.
 *
 * <p>The numbers are Azure IoT Hub's where it has one, so that clients meet the limits they know.
 */
public record Limits(
        Sockets sockets,
        Arrival arrival,
        Tls tls,
        Certificates certificates,
        Revocation revocation,
        Mqtt mqtt,
        Amqp amqp,
        Http http,
        WebSocket webSocket,
        Telemetry telemetry,
        Registry registry,
        Twin twin,
        Method method,
        Message message,
        Storage storage,
        Installation installation,
        Client client,
        Insight insight) {

    /** The bounds that a fresh installation starts with. */
    public static Limits defaults() {
        return new Limits(
                new Sockets(20_000, 10_000, 1024, Duration.ofMinutes(1)),
                new Arrival(64 * 1024, Duration.ofSeconds(15), Duration.ofSeconds(15)),
                new Tls(
                        20_000,
                        Duration.ofHours(1),
                        1024,
                        128 * 1024,
                        100,
                        1024,
                        new Trace(256 * 1024, 64 * 1024, 512, Duration.ofSeconds(15), Duration.ofSeconds(1))),
                new Certificates(
                        1024 * 1024,
                        100,
                        16 * 1024,
                        25,
                        8,
                        64,
                        8192,
                        16 * 1024,
                        Duration.ofDays(1),
                        10_000,
                        128,
                        4,
                        512,
                        new ChainContents(32 * 1024, 128, 128, 32, 64, 32)),
                new Revocation(
                        8 * 1024 * 1024,
                        200_000,
                        64 * 1024 * 1024,
                        Duration.ofMinutes(5),
                        Duration.ofHours(1),
                        Duration.ofHours(1),
                        64 * 1024,
                        200_000,
                        16,
                        Duration.ofSeconds(5)),
                new Mqtt(64 * 1024, 320 * 1024, Duration.ofSeconds(1767), 5, 64, 1024 * 1024, 1024 * 1024, 1000),
                new Amqp(
                        512,
                        64 * 1024,
                        320 * 1024,
                        64 * 1024,
                        1024 * 1024,
                        64,
                        64,
                        16,
                        128,
                        1000,
                        1024 * 1024,
                        5,
                        Duration.ofMinutes(4),
                        Duration.ofSeconds(60),
                        Duration.ofSeconds(5),
                        new AmqpDevices(1024, 16, 100)),
                new Http(
                        8 * 1024,
                        32 * 1024,
                        128,
                        1024 * 1024,
                        256 * 1024 * 1024,
                        64 * 1024 * 1024,
                        4 * 1024,
                        Duration.ofSeconds(60)),
                new WebSocket(512 * 1024, 1024 * 1024, Duration.ofSeconds(1)),
                new Telemetry(
                        256 * 1024,
                        64,
                        1000,
                        Duration.ofMinutes(5),
                        64 * 1024 * 1024,
                        Duration.ofSeconds(20),
                        new Faults(
                                Duration.ofMinutes(5),
                                Duration.ofMinutes(10),
                                Duration.ofSeconds(10),
                                128,
                                8,
                                10_000,
                                100,
                                Duration.ofDays(1),
                                Duration.ofMinutes(1))),
                new Registry(100, 1000, 128, 50, 128, 20, 16),
                new Twin(8 * 1024, 32 * 1024, 32 * 1024, 1024, 4096, 10, 128 * 1024, 64),
                new Method(
                        128 * 1024,
                        100,
                        32,
                        5000,
                        50,
                        512 * 1024,
                        Duration.ofSeconds(300),
                        Duration.ofSeconds(5),
                        Duration.ofSeconds(300),
                        Duration.ofSeconds(30)),
                new Message(
                        64 * 1024,
                        64,
                        50,
                        1_000_000,
                        10,
                        Duration.ofHours(1),
                        Duration.ofDays(2),
                        Duration.ofSeconds(60),
                        Duration.ofSeconds(5),
                        Duration.ofSeconds(300),
                        10,
                        Duration.ofSeconds(5),
                        new Feedback(
                                64,
                                Duration.ofSeconds(15),
                                Duration.ofHours(1),
                                Duration.ofSeconds(60),
                                10,
                                100_000,
                                64)),
                new Storage(64 * 1024 * 1024, 4096, 1024 * 1024, 8, 1024),
                new Installation(
                        100,
                        Duration.ofMinutes(5),
                        Duration.ofSeconds(10),
                        new Monitoring(64, 32, Duration.ofSeconds(5), 512, 16 * 1024 * 1024),
                        new RefusalLines(100, 1_000, 10_000, 4096, Duration.ofMinutes(1)),
                        new Backup(100_000, 1L << 40)),
                new Client(4 * 1024 * 1024, Duration.ofSeconds(10), Duration.ofSeconds(60)),
                new Insight(
                        20_000,
                        Duration.ofDays(30),
                        16 * 1024,
                        4096,
                        new RefusalLines(30, 200, 1_000, 4096, Duration.ofMinutes(1)),
                        1000,
                        200_000,
                        Duration.ofDays(400),
                        1024,
                        new Traces(8, Duration.ofMinutes(10), Duration.ofSeconds(20), Duration.ofMinutes(1), 128)));
    }

    /** These limits with others for sockets. */
    public Limits with(Sockets other) {
        return new Limits(
                other,
                arrival,
                tls,
                certificates,
                revocation,
                mqtt,
                amqp,
                http,
                webSocket,
                telemetry,
                registry,
                twin,
                method,
                message,
                storage,
                installation,
                client,
                insight);
    }

    /** As {@link #with(Sockets)}, for what a socket may do on its way in. */
    public Limits with(Arrival other) {
        return new Limits(
                sockets,
                other,
                tls,
                certificates,
                revocation,
                mqtt,
                amqp,
                http,
                webSocket,
                telemetry,
                registry,
                twin,
                method,
                message,
                storage,
                installation,
                client,
                insight);
    }

    /** As {@link #with(Sockets)}, for what authorities took back. */
    public Limits with(Revocation other) {
        return new Limits(
                sockets,
                arrival,
                tls,
                certificates,
                other,
                mqtt,
                amqp,
                http,
                webSocket,
                telemetry,
                registry,
                twin,
                method,
                message,
                storage,
                installation,
                client,
                insight);
    }

    /** As {@link #with(Sockets)}, for AMQP. */
    public Limits with(Amqp other) {
        return new Limits(
                sockets,
                arrival,
                tls,
                certificates,
                revocation,
                mqtt,
                other,
                http,
                webSocket,
                telemetry,
                registry,
                twin,
                method,
                message,
                storage,
                installation,
                client,
                insight);
    }

    /**
     * Sockets over all listeners.
     *
     * @param openMax sockets open at once
     * @param perAddressMax of these, from one source: an IPv4 address, or a /64 network of IPv6, which is what one subscriber
     *     gets. Half of all, so that no single source shuts everybody else out, and a fleet that comes through one gateway or
     *     load balancer is still served
     * @param toldMax sources that are remembered as told about
     * @param toldEvery a source over its share is in the log once in this time
     */
    public record Sockets(int openMax, int perAddressMax, int toldMax, Duration toldEvery) {}

    /**
     * What a socket of one listener may do before anyone is known.
     *
     * @param clientHelloMaxBytes the handshake message, over all its records
     * @param handshakeMaxTime from accept to the end of the TLS handshake
     * @param firstPacketMaxTime from there to the whole first packet of the protocol (CONNECT, open, request head); also the
     *     longest silence inside a request body, of which nobody knows yet who sends it
     */
    public record Arrival(int clientHelloMaxBytes, Duration handshakeMaxTime, Duration firstPacketMaxTime) {}

    /**
     * @param sessionsMax sessions kept in all for clients that resume without a ticket; shared by the names and certificates in use
     * @param sessionMaxTime how long a session, kept or in a ticket, may be resumed; what it proved is judged anew each time
     * @param acceptQueueMax connections of one listener that the system completes before they are accepted
     * @param silentMaxBytes records in a row without data for the protocol, such as key updates; more than one full record
     * @param policiesMax TLS policies that an operator may add to those that come with the server
     * @param shapesMax shapes of ClientHellos that are kept in memory once for all connections that have them
     */
    public record Tls(
            int sessionsMax,
            Duration sessionMaxTime,
            int acceptQueueMax,
            int silentMaxBytes,
            int policiesMax,
            int shapesMax,
            Trace trace) {}

    /**
     * One handshake that is shown step by step.
     *
     * @param sideMaxBytes what one side sends until the trace gives up; what is behind it is not looked at
     * @param messageMaxBytes one handshake message in the clear
     * @param seenMax records and messages that are kept, of both sides together
     * @param handshakeMaxTime from an open connection to the end of the handshake
     * @param verdictMaxTime from there to what the server says of the client's last messages, where it need not say anything
     */
    public record Trace(
            int sideMaxBytes, int messageMaxBytes, int seenMax, Duration handshakeMaxTime, Duration verdictMaxTime) {}

    /**
     * @param pemMaxBytes a text with certificates and keys in PEM
     * @param pemMaxObjects certificates and keys in it
     * @param authorityMaxBytes one registered authority's certificate
     * @param authoritiesMax certificate authorities registered with one hub
     * @param chainMaxCertificates what a device may show, leaf and all others; the TLS engine itself takes no more than 8
     * @param chainMaxCost what the search through one device's certificates may cost before they count as too tangled, in units of a
     *     signature check with a P-256 key, which takes about half a millisecond without a provider in native code
     * @param rsaKeyMaxBits longest RSA key of an issuer: longer ones cost more than they protect
     * @param serverChainMaxBytes the certificates that a server shows, together: small devices hold a handshake message in 16 KB
     * @param verificationCodeMaxTime how long a code counts that the owner of an authority is to sign
     * @param deniedMax certificates that one hub denies
     * @param denialNoteMaxChars text that says why one is denied
     * @param formerRootsMax roots of one key type that were primary and that clients are still to trust
     * @param tokenUriMaxChars the text that names a key in a PKCS#11 token
     * @param chainContents what the certificates of one chain may hold
     */
    public record Certificates(
            int pemMaxBytes,
            int pemMaxObjects,
            int authorityMaxBytes,
            int authoritiesMax,
            int chainMaxCertificates,
            int chainMaxCost,
            int rsaKeyMaxBits,
            int serverChainMaxBytes,
            Duration verificationCodeMaxTime,
            int deniedMax,
            int denialNoteMaxChars,
            int formerRootsMax,
            int tokenUriMaxChars,
            ChainContents chainContents) {}

    /**
     * Bounds on all certificates together that a device shows, and on those together that make up one path. Checking names against
     * name constraints takes time by their product, and policies by powers of their mappings.
     *
     * @param maxBytes their encoding; the TLS engine takes no larger handshake message
     * @param extensionsMax extensions
     * @param namesMax parts of subjects, and subject alternative names
     * @param nameConstraintsMax permitted and excluded subtrees
     * @param policiesMax certificate policies
     * @param policyMappingsMax pairs of policies that authorities call equal
     */
    public record ChainContents(
            int maxBytes,
            int extensionsMax,
            int namesMax,
            int nameConstraintsMax,
            int policiesMax,
            int policyMappingsMax) {}

    /**
     * What authorities say of the certificates that they took back.
     *
     * @param listMaxBytes one certificate revocation list (CRL)
     * @param listMaxEntries certificates on it
     * @param listsMaxBytes the lists of one hub, together
     * @param clockMaxSkew how far the clock of an authority may be ahead of the hub's
     * @param listEvery time from fetching a list to fetching it again, at most; less where its next one is due earlier
     * @param answerMaxAge how long an OCSP answer counts at most, though it says longer
     * @param answerMaxBytes one OCSP answer
     * @param answersMax OCSP answers that one hub remembers
     * @param questionsMax OCSP questions of one hub that are under way at once; further ones wait
     * @param answerMaxTime how long a connecting device waits for an OCSP answer, its turn included
     */
    public record Revocation(
            int listMaxBytes,
            int listMaxEntries,
            int listsMaxBytes,
            Duration clockMaxSkew,
            Duration listEvery,
            Duration answerMaxAge,
            int answerMaxBytes,
            int answersMax,
            int questionsMax,
            Duration answerMaxTime) {}

    /**
     * @param connectMaxBytes remaining length of a CONNECT, and of every later packet that carries no message
     * @param packetMaxBytes remaining length of a PUBLISH
     * @param keepAliveMaxTime longest silence, whatever the client asked for (29.45 minutes)
     * @param subscriptionsMax topic filters of one session
     * @param publishesInFlightMax received and not yet durable; beyond it the socket is not read
     * @param publishBytesInFlightMax the same in bytes
     * @param deliveryBytesMax messages for one client that its network has not taken yet
     * @param deliveriesUnacknowledgedMax messages for one client that wait for its PUBACK
     */
    public record Mqtt(
            int connectMaxBytes,
            int packetMaxBytes,
            Duration keepAliveMaxTime,
            int subscriptionsMax,
            int publishesInFlightMax,
            int publishBytesInFlightMax,
            int deliveryBytesMax,
            int deliveriesUnacknowledgedMax) {}

    /**
     * @param saslFrameMaxBytes any frame before the peer is past SASL; the specification (5.3.1) allows no more than 512, which is
     *     room for a token as PLAIN password
     * @param frameMaxBytes what open offers as max-frame-size
     * @param messageMaxBytes a message over all its frames
     * @param requestMaxBytes a request to a node that answers ({@code $cbs}, {@code $management}), over all its frames
     * @param receivingMaxBytes messages of one connection that are not complete yet
     * @param sessionsMax sessions of one connection
     * @param linksMax links of one session
     * @param requestsMax requests of one link, and answers to one link, that wait
     * @param tokensMax put-token audiences of one connection; official clients put one for every partition they read
     * @param creditMax deliveries that one link may have in flight
     * @param readAheadMaxBytes what one reader link holds in memory
     * @param readersMax readers without an epoch of one partition and consumer group
     * @param idleMaxTime silence of a peer, announced in open
     * @param authorizeMaxTime from open to the first token that is good for something
     * @param judgeAgainEvery how often links are held against the token, policy, hub and consumer group that allowed them
     * @param devices what devices do
     */
    public record Amqp(
            int saslFrameMaxBytes,
            int frameMaxBytes,
            int messageMaxBytes,
            int requestMaxBytes,
            int receivingMaxBytes,
            int sessionsMax,
            int linksMax,
            int requestsMax,
            int tokensMax,
            int creditMax,
            int readAheadMaxBytes,
            int readersMax,
            Duration idleMaxTime,
            Duration authorizeMaxTime,
            Duration judgeAgainEvery,
            AmqpDevices devices) {}

    /**
     * @param waitingMax links, tokens and twin requests of one connection that wait to be worked on
     * @param linksMax links of one device or module on one connection
     * @param sendsInFlightMax telemetry messages of one link that are received and not yet durable
     */
    public record AmqpDevices(int waitingMax, int linksMax, int sendsInFlightMax) {}

    /**
     * @param requestLineMaxBytes method, target and version
     * @param headersMaxBytes all header fields of a request
     * @param headerFieldsMax how many they are
     * @param bodyMaxBytes a request body
     * @param bodiesMaxBytes request bodies in memory at once, over all connections
     * @param bodiesPerAddressMaxBytes the same of one source, an IPv4 address or a /64 network of IPv6
     * @param bodyMinBytesPerSecond what a body must come at on average once {@code idleMaxTime} has passed
     * @param idleMaxTime silence between two requests of one connection and within a body; also for an answer to be taken
     */
    public record Http(
            int requestLineMaxBytes,
            int headersMaxBytes,
            int headerFieldsMax,
            int bodyMaxBytes,
            int bodiesMaxBytes,
            int bodiesPerAddressMaxBytes,
            int bodyMinBytesPerSecond,
            Duration idleMaxTime) {
        /** These limits with another one for the body of a request. */
        public Http withBodyMaxBytes(int other) {
            return new Http(
                    requestLineMaxBytes,
                    headersMaxBytes,
                    headerFieldsMax,
                    other,
                    bodiesMaxBytes,
                    bodiesPerAddressMaxBytes,
                    bodyMinBytesPerSecond,
                    idleMaxTime);
        }
    }

    /**
     * What carries MQTT and AMQP on the HTTPS port; its handshake is a request within the bounds of {@link Http} and {@link
     * Arrival}.
     *
     * @param frameMaxBytes payload of a data frame; more than the largest packet of MQTT and the largest frame of AMQP
     * @param messageMaxBytes a message over all its frames; it is handed on as it comes, so this is no memory
     * @param closeMaxTime how long a peer may take to answer a Close, until its socket is closed
     */
    public record WebSocket(int frameMaxBytes, int messageMaxBytes, Duration closeMaxTime) {}

    /**
     * @param messageMaxBytes body plus properties of one device-to-cloud message, and of all messages of a batch together
     * @param propertiesMax application properties of one message
     * @param batchMaxMessages messages of one batch
     * @param tokenMaxSkew how far device and hub clocks may differ when a token's expiry is judged
     * @param pendingMaxBytes not yet durable over all connections of a hub; beyond it senders are not read. As much may wait besides
     *     until a throttle lets it pass
     * @param waitMaxTime how long a message over MQTT may wait for that
     * @param faults that devices ask for in telemetry, where the installation allows it
     */
    public record Telemetry(
            int messageMaxBytes,
            int propertiesMax,
            int batchMaxMessages,
            Duration tokenMaxSkew,
            int pendingMaxBytes,
            Duration waitMaxTime,
            Faults faults) {}

    /**
     * @param delayMaxTime from the message until the fault
     * @param durationMaxTime for how long the requests of a device may be refused
     * @param durationTime the same where the message does not say it
     * @param closeReasonMaxChars what the device gives as reason
     * @param waitingMax faults of one connection that wait for their time
     * @param devicesMax devices of one hub whose requests are refused
     * @param rulesMax rules of an operator for one hub
     * @param ruleMaxTime how long such a rule may hold
     * @param holdUpMaxTime how long it may hold up one operation
     */
    public record Faults(
            Duration delayMaxTime,
            Duration durationMaxTime,
            Duration durationTime,
            int closeReasonMaxChars,
            int waitingMax,
            int devicesMax,
            int rulesMax,
            Duration ruleMaxTime,
            Duration holdUpMaxTime) {}

    /**
     * @param bulkMax identities in one bulk call
     * @param pageMax identities in one page of a list
     * @param statusReasonMaxChars text that says why a device is disabled
     * @param modulesMax modules of one device
     * @param managedByMaxChars text that says who looks after a module
     * @param consumerGroupsMax groups of one hub besides {@code $Default}
     * @param policiesMax shared access policies of one hub
     */
    public record Registry(
            int bulkMax,
            int pageMax,
            int statusReasonMaxChars,
            int modulesMax,
            int managedByMaxChars,
            int consumerGroupsMax,
            int policiesMax) {}

    /**
     * A twin. Keys and texts count with their bytes in UTF-8, numbers with 8, booleans and nulls with 4; what would count nothing
     * counts 1.
     *
     * @param tagsMaxBytes all tags
     * @param desiredMaxBytes all desired properties
     * @param reportedMaxBytes all reported properties
     * @param keyMaxBytes one key
     * @param valueMaxBytes one text
     * @param depthMax objects and arrays in one another, below tags or properties
     * @param requestMaxBytes the JSON that a device sends in one change
     * @param workingMax changes by devices of one hub that are worked on at once; others wait, and their connections are not read
     */
    public record Twin(
            int tagsMaxBytes,
            int desiredMaxBytes,
            int reportedMaxBytes,
            int keyMaxBytes,
            int valueMaxBytes,
            int depthMax,
            int requestMaxBytes,
            int workingMax) {}

    /**
     * Direct methods.
     *
     * @param payloadMaxBytes JSON to the device, and JSON from it
     * @param nameMaxChars the name of a method
     * @param depthMax objects and arrays in one another in a payload
     * @param openMax calls of one hub that wait
     * @param openPerDeviceMax of these, to one device or module
     * @param openPerDeviceMaxBytes payloads of these together; less than what a slow device may leave on its connection
     * @param connectMaxTime how long a caller may have it wait for the device
     * @param responseMinTime the least that a caller may wait for the answer
     * @param responseMaxTime the most
     * @param responseTime what holds when the caller says nothing
     */
    public record Method(
            int payloadMaxBytes,
            int nameMaxChars,
            int depthMax,
            int openMax,
            int openPerDeviceMax,
            int openPerDeviceMaxBytes,
            Duration connectMaxTime,
            Duration responseMinTime,
            Duration responseMaxTime,
            Duration responseTime) {}

    /**
     * Cloud-to-device messages.
     *
     * @param maxBytes a message with its properties
     * @param propertiesMax application properties of one message
     * @param perDeviceMax messages that wait for one device or module
     * @param perHubMax messages that wait in one hub
     * @param abandonedMax a message that its device gave back so often is not given out again
     * @param expiryTime how long a message waits when its sender says nothing
     * @param expiryMaxTime how long its sender may have it wait
     * @param lockTime how long a device may hold a message before it is given out again, over AMQP, and over HTTPS when it says nothing
     * @param lockMinTime the least that a device may ask for over HTTPS
     * @param lockMaxTime the most
     * @param inFlightMax messages that are given to one MQTT connection before it acknowledged the first
     * @param lookEvery time between two looks for messages that expired and locks that ran out
     */
    public record Message(
            int maxBytes,
            int propertiesMax,
            int perDeviceMax,
            int perHubMax,
            int abandonedMax,
            Duration expiryTime,
            Duration expiryMaxTime,
            Duration lockTime,
            Duration lockMinTime,
            Duration lockMaxTime,
            int inFlightMax,
            Duration lookEvery,
            Feedback feedback) {}

    /**
     * What services hear of the messages they sent.
     *
     * @param batchMax records in one batch
     * @param batchTime how long a batch waits to become full
     * @param keptTime how long a record is kept that nobody takes
     * @param lockTime how long a receiver may hold a batch before it is given out again
     * @param abandonedMax a record that receivers gave back so often is dropped
     * @param recordsMax records of one hub; beyond it further ones are dropped
     * @param batchesHeldMax batches of one hub that are given out at the same time
     */
    public record Feedback(
            int batchMax,
            Duration batchTime,
            Duration keptTime,
            Duration lockTime,
            int abandonedMax,
            int recordsMax,
            int batchesHeldMax) {}

    /**
     * @param segmentBytes size of one preallocated log segment
     * @param indexEveryBytes distance between two entries of a segment's sparse index
     * @param readMaxBytes what one read of the log returns at most
     * @param readersMax connections that read the table at the same time
     * @param writesQueuedMax transactions that wait for the table's writer; beyond it their callers wait
     */
    public record Storage(
            int segmentBytes, int indexEveryBytes, int readMaxBytes, int readersMax, int writesQueuedMax) {}

    /**
     * @param hubsMax hubs of one installation
     * @param retentionEvery time between two looks for telemetry that is older than its hub keeps it
     * @param stopMaxTime how long a clean end may take before the process ends anyway
     */
    public record Installation(
            int hubsMax,
            Duration retentionEvery,
            Duration stopMaxTime,
            Monitoring monitoring,
            RefusalLines refusalLines,
            Backup backup) {}

    /**
     * The plain listener for metrics and health checks.
     *
     * @param socketsMax sockets open at once; further ones are closed
     * @param perAddressMax of these, from one {@link Source}
     * @param silenceMaxTime to a whole request; a scraper asks at once, and silent sockets take the room of others
     * @param reasonsMax reason words that are told apart by one metric; they come from closed lists, so this is for mistakes
     * @param diskFreeMinBytes room on the disk of the data directory; with less the installation is not ready
     */
    public record Monitoring(
            int socketsMax, int perAddressMax, Duration silenceMaxTime, int reasonsMax, long diskFreeMinBytes) {}

    /**
     * Lines in the log about refusals. What strangers do writes them, so they must not fill the disk; beyond these they are counted
     * and told together.
     *
     * @param perAddressMax of one {@link Source}, listener and reason within {@code every}
     * @param perSourceMax of one source, whatever listener and reason
     * @param allMax of all of them within {@code every}: so many that name a device, and so many that name none
     * @param rememberedMax sources with listener and reason that are told apart at once
     */
    public record RefusalLines(int perAddressMax, int perSourceMax, int allMax, int rememberedMax, Duration every) {}

    /**
     * @param entriesMax files in one backup
     * @param entryMaxBytes size of one of them
     */
    public record Backup(int entriesMax, long entryMaxBytes) {}

    /**
     * What Holdfast's own outgoing requests may cost.
     *
     * @param responseMaxBytes body of an answer
     * @param connectMaxTime to a finished handshake
     * @param requestMaxTime from sending to the end of the answer
     */
    public record Client(int responseMaxBytes, Duration connectMaxTime, Duration requestMaxTime) {}

    /**
     * What is kept of connections: reports of those that were refused, and how each device connected last.
     *
     * @param reportsMax reports kept; the oldest go first
     * @param reportMaxAge how long a report is kept
     * @param reportMaxBytes of one report as it is stored; of a longer one the parts that clients chose are left out
     * @param queueMax reports and connections that wait to be stored; what comes while so many wait is counted only
     * @param reports how many reports are stored, within a time, of one source, listener and reason, and of all; the rest is counted
     * @param pageMax reports or devices in one answer
     * @param devicesMax devices of all hubs of which the last connection is known; those that were not seen for longest go first
     * @param deviceMaxAge how long the last connection of a device is known
     * @param shapesMax shapes of ClientHellos that are kept on disk
     * @param traces requests for the next handshake
     */
    public record Insight(
            int reportsMax,
            Duration reportMaxAge,
            int reportMaxBytes,
            int queueMax,
            RefusalLines reports,
            int pageMax,
            int devicesMax,
            Duration deviceMaxAge,
            int shapesMax,
            Traces traces) {}

    /**
     * Waiting for the next handshake.
     *
     * @param waitingMax requests at once
     * @param waitMaxTime how long one may wait
     * @param answerMaxTime after which a question for one is answered, if only that nobody came yet
     * @param askedEvery a request that nobody asked for in that time is withdrawn
     * @param recordingsMax connections that are recorded at once, about 200 KB each; who comes while there are so many is not looked at
     */
    public record Traces(
            int waitingMax, Duration waitMaxTime, Duration answerMaxTime, Duration askedEvery, int recordingsMax) {}
}
