package dev.holdfast.wire.http;

import dev.holdfast.base.Limits;
import dev.holdfast.wire.Connection;
import dev.holdfast.wire.Mount;
import io.netty.channel.ChannelPipeline;
import io.netty.handler.codec.http.HttpResponseEncoder;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.function.Function;

/**
 * HTTP/1.1 on accepted connections: one request at a time and in order, each bounded in bytes and time, answered by the first
 * face that claims it.
 *
 * <p>The head of a request is judged, by the face that claims it, before its body is read. A request that breaks a rule of {@link RequestFault} is refused and its connection closed. HEAD is asked of a face as GET,
 * and the body is left out. What nobody claims is a 404. A face that throws is a 500 with an id that stands in the log.
 *
 * <p>One server mounts any number of connections, from any event loop.
 */
public final class HttpServer implements Mount {
    private final HttpConversation.Parts parts;
    private final HttpVersions versions;

    /** As the other one, for {@link HttpVersions#ONLY_1_1}. */
    public HttpServer(
            List<HttpFace> faces,
            Limits.Http limits,
            Limits.Arrival arrival,
            Executor threads,
            InstantSource clock,
            Function<RefusedRequest, String> refused) {
        this(faces, limits, arrival, threads, clock, refused, HttpVersions.ONLY_1_1, HttpUpgrade.NONE);
    }

    /**
     * @param faces asked in this order
     * @param threads starts a thread that may block for each request, in production one virtual thread a task
     * @param refused told of every request that no face saw, and says the id of the report, which the client is told; called on
     *     event loops, so it is quick
     * @param upgrade asked before the faces
     */
    public HttpServer(
            List<HttpFace> faces,
            Limits.Http limits,
            Limits.Arrival arrival,
            Executor threads,
            InstantSource clock,
            Function<RefusedRequest, String> refused,
            HttpVersions versions,
            HttpUpgrade upgrade) {
        this.versions = versions;
        parts = new HttpConversation.Parts(
                List.copyOf(faces),
                limits,
                arrival.firstPacketMaxTime(),
                threads,
                clock,
                refused,
                new BodyBudget(limits),
                upgrade);
    }

    @Override
    public void mount(Connection connection) {
        StrictRequestDecoder decoder = new StrictRequestDecoder(parts.limits(), versions);
        ChannelPipeline pipeline = connection.channel().pipeline();
        pipeline.addLast("http-decoder", decoder);
        pipeline.addLast("http-encoder", new HttpResponseEncoder());
        pipeline.addLast("http", new HttpConversation(parts, connection, decoder));
    }
}
