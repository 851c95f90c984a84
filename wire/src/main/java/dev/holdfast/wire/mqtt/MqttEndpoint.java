package dev.holdfast.wire.mqtt;

import dev.holdfast.base.Limits;
import dev.holdfast.wire.Connection;
import dev.holdfast.wire.EndRequested;
import dev.holdfast.wire.Mailbox;
import dev.holdfast.wire.mqtt.MqttEnd.Disconnected;
import dev.holdfast.wire.mqtt.MqttEnd.EndedByFace;
import dev.holdfast.wire.mqtt.MqttEnd.Faulted;
import dev.holdfast.wire.mqtt.MqttEnd.Lost;
import dev.holdfast.wire.mqtt.MqttFault.ConnectLate;
import dev.holdfast.wire.mqtt.MqttFault.InternalFailure;
import dev.holdfast.wire.mqtt.MqttFault.KeepAliveElapsed;
import dev.holdfast.wire.mqtt.MqttFault.MalformedPacket;
import dev.holdfast.wire.mqtt.MqttFault.NobodyClaims;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.handler.codec.DecoderException;
import io.netty.handler.codec.mqtt.MqttConnectMessage;
import io.netty.handler.codec.mqtt.MqttConnectReturnCode;
import io.netty.handler.codec.mqtt.MqttMessage;
import io.netty.handler.codec.mqtt.MqttMessageBuilders;
import io.netty.handler.codec.mqtt.MqttPublishMessage;
import io.netty.handler.codec.mqtt.MqttSubscribeMessage;
import io.netty.handler.codec.mqtt.MqttUnsubscribeMessage;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One MQTT connection: its state, and the one place that reacts to what is wrong with it.
 *
 * <p>Everything runs on the event loop, except what the mailbox does and what {@link MqttLink} allows to any thread.
 * At most one blocking piece of work is under way, and nothing is read meanwhile, so that packets keep their order
 * and cost no memory.
 */
final class MqttEndpoint extends SimpleChannelInboundHandler<MqttMessage> implements MqttFrames.Gate {
    private static final Logger LOG = LoggerFactory.getLogger(MqttEndpoint.class);
    /** The connect or one subscribe, the end, and one to spare. */
    private static final int MAILBOX_MAX_TASKS = 3;
    /** How long an end waits for messages that are being stored. */
    private static final Duration FINISH_MAX_TIME = Duration.ofSeconds(2);

    /** What is known of the connection now. */
    private sealed interface State {
        record AwaitingConnect() implements State {}

        /** A face judges the client. */
        record Judging(MqttConnect connect) implements State {}

        record Serving(MqttSession session) implements State {}

        record Over(MqttEnd end) implements State {}
    }

    private final Connection connection;
    private final Channel channel;
    private final List<MqttFace> faces;
    private final Limits limits;
    private final MqttFaults faults;
    private final MqttFrames frames;
    private final Mailbox mailbox;
    private final PublishWindow window;
    private final Deliveries deliveries;
    private final LoopTasks loop;
    /** What the face sent before CONNACK, which is the first packet that a client may get. */
    private final List<MqttDelivery> early = new ArrayList<>();

    private State state = new State.AwaitingConnect();
    private boolean busy;
    private boolean unflushed;
    private boolean finishing;
    private boolean reading = true;
    private volatile boolean fenced;

    MqttEndpoint(Connection connection, List<MqttFace> faces, Limits limits, Executor threads, MqttFaults faults) {
        this.connection = connection;
        this.channel = connection.channel();
        this.faces = faces;
        this.limits = limits;
        this.faults = faults;
        this.loop = new LoopTasks(channel.eventLoop());
        this.frames = new MqttFrames(this, limits.mqtt());
        this.mailbox = new Mailbox(threads, MAILBOX_MAX_TASKS, () -> {}, this::failed);
        Runnable settle = this::settle;
        this.deliveries = new Deliveries(limits.mqtt());
        this.window = new PublishWindow(limits.mqtt(), () -> loop.run(settle));
    }

    MqttFrames frames() {
        return frames;
    }

    @Override
    public void handlerAdded(ChannelHandlerContext ctx) {
        channel.config().setAutoRead(true);
        Duration maxTime = limits.arrival().firstPacketMaxTime();
        loop.after(maxTime, () -> {
            if (state instanceof State.AwaitingConnect) {
                close(new Faulted(new ConnectLate(maxTime)));
            }
        });
    }

    // --- reading ---

    @Override
    public boolean isOpen() {
        return !fenced
                && switch (state) {
                    case State.AwaitingConnect() -> true;
                    case State.Judging _ -> false;
                    case State.Serving _ -> !busy && !window.isFull() && channel.isWritable();
                    case State.Over _ -> false;
                };
    }

    @Override
    public boolean isShut() {
        return state instanceof State.Over;
    }

    /** Stops or resumes reading the socket, as the gate says. */
    private void steer() {
        boolean read = isOpen() || isShut();
        if (read == reading) {
            return;
        }
        reading = read;
        if (read) {
            // As a task of its own: this may be called from within the handling of a packet.
            loop.run(frames::resume);
        }
        channel.config().setAutoRead(read);
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext ctx) {
        if (unflushed) {
            unflushed = false;
            channel.flush();
        }
        steer();
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext ctx) {
        steer();
    }

    // --- packets ---

    @Override
    protected void channelRead0(ChannelHandlerContext ctx, MqttMessage message) {
        if (message.decoderResult().isFailure()) {
            String why = FrameCheck.cut(
                    String.valueOf(message.decoderResult().cause().getMessage()));
            close(new Faulted(new MalformedPacket("MQTT", why)));
            return;
        }
        switch (state) {
            case State.AwaitingConnect() -> onConnect(Packets.connect((MqttConnectMessage) message));
            case State.Serving(var session) -> onPacket(session, message);
            case State.Judging _ -> throw new IllegalStateException("a packet passed the closed gate");
            case State.Over _ -> {}
        }
    }

    private void onConnect(MqttConnect connect) {
        for (MqttFace face : faces) {
            if (face.claims(connect)) {
                state = new State.Judging(connect);
                mailbox.put(() -> judge(face, connect));
                return;
            }
        }
        state = new State.Judging(connect);
        close(new Faulted(new NobodyClaims(FrameCheck.cut(String.valueOf(connect.userName())))));
    }

    /** On the mailbox. */
    private void judge(MqttFace face, MqttConnect connect) {
        MqttAnswer answer = face.connect(connect, new Link());
        boolean told = loop.run(() -> answered(connect, answer));
        if (!told && answer instanceof MqttAnswer.Accepted accepted) {
            accepted.session().ended(new Lost());
        }
    }

    private void answered(MqttConnect connect, MqttAnswer answer) {
        switch (answer) {
            case MqttAnswer.Refused(var code) -> {
                if (!isShut()) {
                    over(new EndedByFace(), Goodbye.connack(code));
                }
                mailbox.close();
            }
            case MqttAnswer.Accepted(var session, var present) -> {
                if (state instanceof State.Over(var end)) {
                    tell(session, end);
                } else {
                    serve(connect, session, present);
                }
            }
        }
    }

    private void serve(MqttConnect connect, MqttSession session, boolean present) {
        state = new State.Serving(session);
        send(MqttMessageBuilders.connAck()
                .returnCode(MqttConnectReturnCode.CONNECTION_ACCEPTED)
                .sessionPresent(present)
                .build());
        Duration cap = limits.mqtt().keepAliveMaxTime();
        Duration asked = Duration.ofMillis(connect.keepAliveSeconds() * 1500L);
        watchSilence(asked.isZero() || asked.compareTo(cap) > 0 ? cap : asked);
        List<MqttDelivery> waiting = List.copyOf(early);
        early.clear();
        waiting.forEach(this::deliver);
        steer();
    }

    private void onPacket(MqttSession session, MqttMessage message) {
        switch (message) {
            case MqttPublishMessage publish -> {
                MqttPublish read = Packets.publish(publish);
                PublishWindow.Pending pending =
                        window.add(Packets.packetId(publish), read.topic().length() + read.payload().length);
                if (!session.publish(read, pending)) {
                    window.hold(pending);
                }
            }
            case MqttSubscribeMessage subscribe -> {
                int packetId = subscribe.variableHeader().messageId();
                List<MqttSubscription> filters = Packets.subscriptions(subscribe);
                work(() -> {
                    List<Grant> grants = session.subscribe(filters);
                    if (grants.size() != filters.size()) {
                        throw new IllegalStateException("a face must answer every filter");
                    }
                    worked(Packets.subAck(packetId, grants));
                    session.subscribed();
                });
            }
            case MqttUnsubscribeMessage unsubscribe -> {
                int packetId = unsubscribe.variableHeader().messageId();
                List<String> filters = List.copyOf(unsubscribe.payload().topics());
                work(() -> {
                    session.unsubscribe(filters);
                    worked(Packets.unsubAck(packetId));
                });
            }
            default -> onPlainPacket(message);
        }
    }

    private void onPlainPacket(MqttMessage message) {
        switch (message.fixedHeader().messageType()) {
            case PINGREQ -> {
                // Flushed with whatever else this read of the socket asks for: a flood of pings is one write.
                channel.write(MqttMessage.PINGRESP).addListener(ChannelFutureListener.FIRE_EXCEPTION_ON_FAILURE);
                unflushed = true;
            }
            case DISCONNECT -> close(new Disconnected());
            case PUBACK -> deliveries.acknowledged(Packets.packetId(message));
            default -> throw new IllegalStateException("the frames let a packet of a wrong type pass");
        }
    }

    /** Runs blocking work, and handles no packet until it called {@link #worked}. */
    private void work(Runnable task) {
        busy = true;
        mailbox.put(task);
    }

    private void worked(MqttMessage answer) {
        loop.run(() -> {
            busy = false;
            if (!isShut()) {
                send(answer);
                steer();
            }
        });
    }

    private void deliver(MqttDelivery delivery) {
        if (state instanceof State.Judging) {
            early.add(delivery);
            return;
        }
        switch (deliveries.begin(delivery)) {
            case Deliveries.Begun.Write(var packet) ->
                channel.writeAndFlush(packet)
                        .addListener(written -> deliveries.written(delivery, written.isSuccess()))
                        .addListener(ChannelFutureListener.FIRE_EXCEPTION_ON_FAILURE);
            case Deliveries.Begun.Fault(var why) -> close(new Faulted(why));
            case Deliveries.Begun.TooLate() -> {}
        }
    }

    private void settle() {
        if (isShut()) {
            return;
        }
        PublishWindow.Settled settled = window.settle(channel.alloc());
        if (settled.acknowledgements() != null) {
            send(settled.acknowledgements());
        }
        if (settled.refused()) {
            close(new EndedByFace());
        } else {
            steer();
            closeIfFinished();
        }
    }

    /** Ends the connection once everything that was taken is acknowledged. */
    private void finish() {
        if (isShut() || finishing) {
            return;
        }
        fenced = true;
        finishing = true;
        steer();
        loop.after(FINISH_MAX_TIME, () -> close(new EndedByFace()));
        closeIfFinished();
    }

    private void closeIfFinished() {
        if (finishing && window.isEmpty()) {
            // Behind the acknowledgements: a socket that is closed before they left throws them away.
            channel.writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(_ -> close(new EndedByFace()));
        }
    }

    /** A write that fails ends the connection by {@link #exceptionCaught}. */
    private void send(Object packet) {
        channel.writeAndFlush(packet).addListener(ChannelFutureListener.FIRE_EXCEPTION_ON_FAILURE);
    }

    private void watchSilence(Duration maxSilence) {
        // What the client sent while the socket was not read can't be seen; it counts as there.
        long now = channel.eventLoop().ticker().nanoTime();
        Duration silent = reading ? Duration.ofNanos(now - frames.lastReadNanos()) : Duration.ZERO;
        Duration left = maxSilence.minus(silent);
        if (left.isPositive()) {
            loop.after(left, () -> watchSilence(maxSilence));
        } else {
            close(new Faulted(new KeepAliveElapsed(maxSilence)));
        }
    }

    // --- the end ---

    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
        if (event instanceof EndRequested) {
            finish();
        }
        ctx.fireUserEventTriggered(event);
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        close(new Lost());
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        switch (cause) {
            case MqttFaultException known -> close(new Faulted(known.fault()));
            case IOException _ -> close(new Lost());
            // What comes of broken TLS records, behind the handshake.
            case DecoderException broken when broken.getCause() instanceof IOException -> close(new Lost());
            default -> failed(cause);
        }
    }

    /** Any thread: a bug, or a failing disk. */
    private void failed(Throwable cause) {
        LOG.error("connection {}: handling a packet failed", connection.id(), cause);
        loop.run(() -> close(new Faulted(new InternalFailure())));
    }

    private void close(MqttEnd end) {
        if (!isShut()) {
            boolean connacked = state instanceof State.Serving;
            over(end, !connacked && end instanceof Faulted(var fault) ? Goodbye.of(fault) : null);
        }
    }

    private void over(MqttEnd end, byte @Nullable [] goodbye) {
        State before = state;
        state = new State.Over(end);
        loop.cancel();
        steer();
        try {
            switch (before) {
                case State.AwaitingConnect() -> report(null, end);
                case State.Judging(var connect) -> report(connect, end);
                case State.Serving(var session) -> tell(session, end);
                case State.Over _ -> throw new IllegalStateException("over twice");
            }
        } finally {
            deliveries.end();
            early.forEach(this::deliver);
            early.clear();
            shut(goodbye);
        }
    }

    private void shut(byte @Nullable [] goodbye) {
        if (goodbye == null) {
            channel.close().addListener(ChannelFutureListener.FIRE_EXCEPTION_ON_FAILURE);
        } else {
            channel.writeAndFlush(Unpooled.wrappedBuffer(goodbye)).addListener(ChannelFutureListener.CLOSE);
        }
    }

    private void report(@Nullable MqttConnect connect, MqttEnd end) {
        if (end instanceof Faulted(var fault)) {
            faults.happened(connection, connect, fault);
        }
    }

    private void tell(MqttSession session, MqttEnd end) {
        if (!mailbox.put(() -> session.ended(end))) {
            LOG.error("connection {}: its session was not told of its end", connection.id());
        }
        mailbox.close();
    }

    /** What a face holds. */
    private final class Link implements MqttLink {
        @Override
        public Connection connection() {
            return connection;
        }

        @Override
        public void end() {
            fenced = true;
            loop.run(() -> close(new EndedByFace()));
        }

        @Override
        public void finish() {
            fenced = true;
            // Through the pipeline, so that whatever is in front of this endpoint says goodbye in its own words, too.
            loop.run(() -> channel.pipeline().fireUserEventTriggered(new EndRequested()));
        }

        @Override
        public void publish(MqttDelivery message) {
            MqttFault fault = deliveries.reserve(message);
            boolean told = loop.run(() -> {
                if (fault == null) {
                    deliver(message);
                } else {
                    message.receipt().lost();
                    close(new Faulted(fault));
                }
            });
            if (!told) {
                message.receipt().lost();
            }
        }

        @Override
        public void schedule(Duration delay, Runnable task) {
            loop.run(() -> {
                if (!isShut()) {
                    loop.after(delay, task);
                }
            });
        }
    }
}
