package dev.holdfast.wire.mqtt;

import dev.holdfast.base.Limits;
import dev.holdfast.wire.Connection;
import dev.holdfast.wire.Mount;
import io.netty.channel.ChannelPipeline;
import io.netty.handler.codec.mqtt.MqttDecoder;
import io.netty.handler.codec.mqtt.MqttEncoder;
import java.util.List;
import java.util.concurrent.Executor;

/** Puts MQTT 3.1.1 on connections, for the faces that are registered with it. */
public final class MqttServer implements Mount {
    private final List<MqttFace> faces;
    private final Limits limits;
    private final Executor threads;
    private final MqttFaults faults;

    /**
     * @param faces asked in this order
     * @param threads starts a thread that may block for each task, in production one virtual thread a task
     * @param faults told of connections that no face got to see
     */
    public MqttServer(List<MqttFace> faces, Limits limits, Executor threads, MqttFaults faults) {
        this.faces = List.copyOf(faces);
        this.limits = limits;
        this.threads = threads;
        this.faults = faults;
    }

    @Override
    public void mount(Connection connection) {
        MqttEndpoint endpoint = new MqttEndpoint(connection, faces, limits, threads, faults);
        ChannelPipeline pipeline = connection.channel().pipeline();
        pipeline.addLast("mqtt-frames", endpoint.frames());
        int maxBytes = Math.max(limits.mqtt().packetMaxBytes(), limits.mqtt().connectMaxBytes());
        pipeline.addLast("mqtt-decoder", new MqttDecoder(maxBytes));
        pipeline.addLast("mqtt-encoder", MqttEncoder.INSTANCE);
        pipeline.addLast("mqtt", endpoint);
    }
}
