package dev.holdfast.wire.client;

import dev.holdfast.base.Limits;
import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.handler.codec.http.DefaultFullHttpRequest;
import io.netty.handler.codec.http.FullHttpRequest;
import io.netty.handler.codec.http.HttpClientCodec;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.ssl.SslHandler;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.IDN;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import javax.net.ssl.SSLEngine;

/**
 * Asks servers whose names somebody else had a say in, over HTTP/1.1 or HTTPS: one request, one connection. The name is resolved
 * once, every address is judged by an {@link AddressGuard}, and the connection goes to one that was allowed, so that a name which
 * changes its mind leads nowhere. No redirect is followed, no proxy used, no cookie kept; bytes and time are bounded.
 *
 * <p>Any thread; requests block.
 */
public final class GuardedClient implements AutoCloseable {
    private static final int HTTP_PORT = 80;
    private static final int HTTPS_PORT = 443;
    private static final int SUCCESS = 200;
    private static final int LINE_MAX_BYTES = 4096;
    private static final int HEADERS_MAX_BYTES = 16 * 1024;
    private static final int CHUNK_MAX_BYTES = 16 * 1024;
    private static final int ADDRESSES_MAX = 3;
    private static final int LOOK_UPS_MAX = 32;
    private static final Duration LOOK_UP_THREAD_IDLE = Duration.ofSeconds(10);
    private static final Duration CLOSE_MAX_TIME = Duration.ofSeconds(1);

    /** Finds the addresses of a name; as {@link InetAddress#getAllByName}. */
    @FunctionalInterface
    public interface Resolver {
        InetAddress[] resolve(String host) throws IOException;
    }

    private final EventLoopGroup loop = new MultiThreadIoEventLoopGroup(
            1, new DefaultThreadFactory("holdfast-client", true), NioIoHandler.newFactory());
    private final Executor resolving = lookUpThreads();
    private final AddressGuard guard;
    private final Resolver resolver;
    private final ClientTls tls;
    private final Limits.Client limits;

    /** Asks the system for the addresses of names. */
    public GuardedClient(AddressGuard guard, ClientTls tls, Limits.Client limits) {
        this(guard, InetAddress::getAllByName, tls, limits);
    }

    GuardedClient(AddressGuard guard, Resolver resolver, ClientTls tls, Limits.Client limits) {
        this.guard = guard;
        this.resolver = resolver;
        this.tls = tls;
        this.limits = limits;
    }

    /** Of the platform: a look-up holds the thread under a virtual one, and a few hundred of them would stop all that are virtual. */
    private static Executor lookUpThreads() {
        ThreadPoolExecutor threads = new ThreadPoolExecutor(
                LOOK_UPS_MAX,
                LOOK_UPS_MAX,
                LOOK_UP_THREAD_IDLE.toSeconds(),
                TimeUnit.SECONDS,
                new LinkedBlockingQueue<>(),
                new DefaultThreadFactory("holdfast-look-up", true));
        threads.allowCoreThreadTimeOut(true);
        return threads;
    }

    /** @return the body of an answer with status 200; everything else is a failure with a sentence */
    public byte[] get(URI uri, int maxBytes) throws IOException {
        return send(uri, HttpMethod.GET, Map.of(), new byte[0], maxBytes);
    }

    /** @return as {@link #get} */
    public byte[] post(URI uri, String contentType, byte[] body, int maxBytes) throws IOException {
        return send(uri, HttpMethod.POST, Map.of("Content-Type", contentType), body, maxBytes);
    }

    private byte[] send(URI uri, HttpMethod method, Map<String, String> fields, byte[] body, int maxBytes)
            throws IOException {
        long until = System.nanoTime() + limits.requestMaxTime().toNanos();
        boolean secure = "https".equalsIgnoreCase(uri.getScheme());
        if (uri.getHost() == null || !(secure || "http".equalsIgnoreCase(uri.getScheme()))) {
            throw new IOException("it is no http or https URL with a host");
        }
        String host = asciiHost(uri.getHost());
        int port = uri.getPort() >= 0 ? uri.getPort() : secure ? HTTPS_PORT : HTTP_PORT;
        IOException failure = new IOException("it has no address");
        for (InetAddress address : allowed(host, until)) {
            Exchange exchange = new Exchange(maxBytes);
            Channel channel;
            try {
                channel = connect(new InetSocketAddress(address, port), host, port, secure, exchange, until);
            } catch (IOException e) {
                failure = e;
                continue;
            }
            try {
                var _ = channel.writeAndFlush(request(uri, host, method, fields, body));
                return body(await(exchange.answer(), until));
            } finally {
                var _ = channel.close();
            }
        }
        throw failure;
    }

    /** Without the brackets of an IPv6 address; international names as they stand in certificates. */
    private static String asciiHost(String host) throws IOException {
        if (host.startsWith("[")) {
            return host.substring(1, host.length() - 1);
        }
        try {
            return IDN.toASCII(host);
        } catch (IllegalArgumentException e) {
            throw new IOException("its host is no name");
        }
    }

    private List<InetAddress> allowed(String host, long until) throws IOException {
        CompletableFuture<InetAddress[]> found = new CompletableFuture<>();
        resolving.execute(() -> {
            if (System.nanoTime() - until > 0) {
                // Nobody waits any more; while names can't be looked up, many are in that case.
                return;
            }
            try {
                found.complete(resolver.resolve(host));
            } catch (IOException | RuntimeException e) {
                found.completeExceptionally(new IOException("the name " + host + " has no address", e));
            }
        });
        List<InetAddress> all = Arrays.asList(await(found, until));
        List<InetAddress> allowed =
                all.stream().filter(guard::allows).limit(ADDRESSES_MAX).toList();
        if (allowed.isEmpty()) {
            throw new IOException(host + " leads to "
                    + all.stream()
                            .map(InetAddress::getHostAddress)
                            .limit(ADDRESSES_MAX)
                            .toList()
                    + ", which is not public and in no network of the setting outgoing.allowedNetworks");
        }
        return allowed;
    }

    private Channel connect(
            InetSocketAddress address, String host, int port, boolean secure, Exchange exchange, long until)
            throws IOException {
        CompletableFuture<Channel> ready = new CompletableFuture<>();
        Bootstrap bootstrap = new Bootstrap()
                .group(loop)
                .channel(NioSocketChannel.class)
                .option(
                        ChannelOption.CONNECT_TIMEOUT_MILLIS,
                        Math.toIntExact(limits.connectMaxTime().toMillis()))
                .handler(new ChannelInitializer<Channel>() {
                    @Override
                    protected void initChannel(Channel channel) {
                        if (secure) {
                            SslHandler handler = new SslHandler(engine(host, port));
                            handler.setHandshakeTimeoutMillis(
                                    limits.connectMaxTime().toMillis());
                            var _ = handler.handshakeFuture().addListener(done -> {
                                if (done.isSuccess()) {
                                    ready.complete(channel);
                                } else {
                                    ready.completeExceptionally(done.cause());
                                }
                            });
                            channel.pipeline().addLast(handler);
                        }
                        channel.pipeline()
                                .addLast(new HttpClientCodec(LINE_MAX_BYTES, HEADERS_MAX_BYTES, CHUNK_MAX_BYTES))
                                .addLast(exchange);
                    }
                });
        var connecting = bootstrap.connect(address);
        var _ = connecting.addListener(done -> {
            if (!done.isSuccess()) {
                ready.completeExceptionally(done.cause());
            } else if (!secure) {
                ready.complete(connecting.channel());
            }
        });
        try {
            return await(ready, until);
        } catch (IOException e) {
            var _ = connecting.channel().close();
            throw new IOException(
                    "no connection to " + address.getAddress().getHostAddress() + ":" + port + ", " + e.getMessage(),
                    e);
        }
    }

    private SSLEngine engine(String host, int port) {
        SSLEngine engine = tls.context().createSSLEngine(host, port);
        engine.setUseClientMode(true);
        engine.setSSLParameters(tls.parameters());
        return engine;
    }

    private static FullHttpRequest request(
            URI uri, String host, HttpMethod method, Map<String, String> fields, byte[] body) {
        String path = uri.getRawPath() == null || uri.getRawPath().isEmpty() ? "/" : uri.getRawPath();
        String target = uri.getRawQuery() == null ? path : path + "?" + uri.getRawQuery();
        FullHttpRequest request =
                new DefaultFullHttpRequest(HttpVersion.HTTP_1_1, method, target, Unpooled.wrappedBuffer(body));
        String named = host.contains(":") ? "[" + host + "]" : host;
        request.headers()
                .set(HttpHeaderNames.HOST, uri.getPort() < 0 ? named : named + ":" + uri.getPort())
                .set(HttpHeaderNames.CONNECTION, "close")
                .set(HttpHeaderNames.USER_AGENT, "holdfast")
                .set(HttpHeaderNames.ACCEPT, "*/*");
        fields.forEach((name, value) -> request.headers().set(name, value));
        if (method.equals(HttpMethod.POST)) {
            request.headers().set(HttpHeaderNames.CONTENT_LENGTH, body.length);
        }
        return request;
    }

    private static byte[] body(Exchange.Answer answer) throws IOException {
        if (answer.status() == SUCCESS) {
            return answer.body();
        }
        throw new IOException(
                answer.status() / 100 == 3
                        ? "it answered with a redirect (status " + answer.status()
                                + "), and none is followed; give the URL that it leads to"
                        : "it answered with status " + answer.status());
    }

    private <T> T await(CompletableFuture<T> pending, long untilNanos) throws IOException {
        try {
            return pending.get(Math.max(1, untilNanos - System.nanoTime()), TimeUnit.NANOSECONDS);
        } catch (ExecutionException e) {
            Throwable cause = e.getCause();
            throw cause instanceof IOException failed
                    ? failed
                    : new IOException(String.valueOf(cause == null ? e.getMessage() : cause.getMessage()), cause);
        } catch (TimeoutException e) {
            throw new IOException(
                    "no whole answer within " + limits.requestMaxTime().toSeconds() + " s", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("interrupted while waiting for an answer");
        }
    }

    @Override
    public void close() {
        loop.shutdownGracefully(0, CLOSE_MAX_TIME.toMillis(), TimeUnit.MILLISECONDS)
                .awaitUninterruptibly(2 * CLOSE_MAX_TIME.toMillis());
    }
}
