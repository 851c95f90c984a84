package dev.holdfast.cli.bench;

import dev.holdfast.base.Limits;
import dev.holdfast.wire.amqp.AmqpClient;
import dev.holdfast.wire.amqp.AmqpMessage;
import dev.holdfast.wire.amqp.ClientSasl;
import dev.holdfast.wire.amqp.OutgoingLink;
import dev.holdfast.wire.client.HttpsClient;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.InstantSource;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** A back end as the official SDKs make one: REST over HTTPS, messages over AMQP. Any thread; methods block. */
final class BackEnd implements AutoCloseable {
    private static final String API_VERSION = "?api-version=2021-04-12";
    private static final int TAG_BYTES = 16;
    private static final int PRINTED_MAX_CHARS = 200;

    private final BackEndLogin login;
    private final String token;
    private final HttpsClient https;
    private final MultiThreadIoEventLoopGroup loops = new MultiThreadIoEventLoopGroup(
            1, new DefaultThreadFactory("holdfast-bench-back-end", true), NioIoHandler.newFactory());
    private @Nullable AmqpClient amqp;
    private @Nullable OutgoingLink link;

    BackEnd(BackEndLogin login) {
        this.login = login;
        this.token = login.token(InstantSource.system().instant());
        this.https = new HttpsClient(
                URI.create("https://" + login.hostName() + ":" + login.httpsPort()),
                login.tls(),
                Limits.defaults().client());
    }

    /** @param path without the version of the API */
    void ask(String method, String path, byte[] body) throws IOException {
        HttpsClient.Answer answer = https.send(
                method,
                path + API_VERSION,
                Map.of("Authorization", token, "Content-Type", "application/json; charset=utf-8"),
                body);
        if (!answer.isSuccess()) {
            String text = new String(answer.body(), StandardCharsets.UTF_8);
            throw new BenchFailure("the server answered " + method + " " + path + " with status " + answer.status()
                    + ": " + text.substring(0, Math.min(text.length(), PRINTED_MAX_CHARS)));
        }
    }

    /** Opens the link for messages to devices. */
    void openMessages(int underWayMax) throws BenchFailure, InterruptedException {
        AmqpClient client = Opening.await(
                AmqpClient.connect(
                        loops,
                        new AmqpClient.Options(
                                login.hostName(),
                                login.amqpPort(),
                                login.tls(),
                                ClientSasl.anonymous(),
                                Limits.defaults())),
                "the back end can't connect over AMQP");
        amqp = client;
        AmqpMessage answer = Opening.await(
                client.request(
                        "$cbs",
                        Map.of(
                                "operation", "put-token",
                                "type", "servicebus.windows.net:sastoken",
                                "name", login.hostName()),
                        token),
                "the back end's token was not answered");
        if (!Integer.valueOf(200).equals(answer.applicationProperties().get("status-code"))) {
            throw new BenchFailure("the back end's token was refused: "
                    + answer.applicationProperties().get("status-description"));
        }
        OutgoingLink opened =
                Opening.await(client.send("/messages/devicebound"), "the back end has no link for messages");
        client.execute(() -> opened.holdUpTo(underWayMax, Integer.MAX_VALUE));
        link = opened;
    }

    /** Sends a message and waits until the hub took it. */
    void send(String device, byte[] body) throws BenchFailure, InterruptedException {
        AmqpClient client = amqp;
        OutgoingLink sending = link;
        if (client == null || sending == null) {
            throw new IllegalStateException("the link for messages was not opened");
        }
        AmqpMessage.Properties properties = new AmqpMessage.Properties(
                null, null, "/devices/" + device + "/messages/devicebound", null, null, null, null, null, null, null);
        byte[] encoded =
                new AmqpMessage(Map.of(), Map.of(), properties, Map.of(), new AmqpMessage.Body.Data(body)).encode();
        CompletableFuture<OutgoingLink.Outcome> taken = new CompletableFuture<>();
        client.execute(() -> {
            boolean kept = sending.send(encoded, new byte[TAG_BYTES], (outcome, settle) -> {
                settle.settle(null);
                taken.complete(outcome);
            });
            if (!kept) {
                taken.completeExceptionally(new BenchFailure("the link for messages is over"));
            }
        });
        OutgoingLink.Outcome outcome = Opening.await(taken, "a message to " + device);
        if (outcome != OutgoingLink.Outcome.ACCEPTED) {
            throw new BenchFailure("a message to " + device + " was " + outcome);
        }
    }

    @Override
    public void close() {
        AmqpClient client = amqp;
        if (client != null) {
            client.close();
        }
        https.close();
        loops.shutdownGracefully(0, 5, TimeUnit.SECONDS).awaitUninterruptibly();
    }
}
