package dev.holdfast.wire.websocket;

import java.util.List;

/** Why a WebSocket was not opened. The client gets an HTTP status and the sentence. */
public sealed interface HandshakeRefusal extends WebSocketRefusal {
    /** Nothing at this path speaks WebSocket. */
    record WebSocketPathUnknown(String path) implements HandshakeRefusal {}

    /** The path is for WebSockets alone, and the request does not ask for one. */
    record UpgradeMissing(String path) implements HandshakeRefusal {}

    /** Another method than GET, or a body. */
    record HandshakeNotGet(String method) implements HandshakeRefusal {}

    /** @param what names the header field and its fault */
    record HandshakeMalformed(String what) implements HandshakeRefusal {}

    /** @param asked empty when there was none */
    record WebSocketVersionUnsupported(String asked) implements HandshakeRefusal {}

    record SubProtocolMissing(List<String> known) implements HandshakeRefusal {}

    record SubProtocolUnknown(String offered, List<String> known) implements HandshakeRefusal {}

    /** A page of another site, in a browser that would lend it its user's certificate. */
    record OriginNotAllowed(String origin, String host) implements HandshakeRefusal {}

    /** The HTTP status that is answered. */
    default int status() {
        return switch (this) {
            case WebSocketPathUnknown _ -> 404;
            case UpgradeMissing _, WebSocketVersionUnsupported _ -> 426;
            case HandshakeNotGet _ -> 405;
            case HandshakeMalformed _, SubProtocolMissing _, SubProtocolUnknown _ -> 400;
            case OriginNotAllowed _ -> 403;
        };
    }

    @Override
    default String explain() {
        return switch (this) {
            case WebSocketPathUnknown(var path) ->
                "A WebSocket was asked for at '" + path
                        + "', where there is none. Use /$iothub/websocket; /mqtt and / for MQTT, and /$servicebus/websocket for"
                        + " AMQP, are served, too.";
            case UpgradeMissing(var path) ->
                "At '" + path
                        + "' there are WebSockets only, and the request came without 'Upgrade: websocket'. Look at"
                        + " what is between: a proxy that does not know WebSockets takes this header away; a browser or curl"
                        + " does not send it.";
            case HandshakeNotGet(var method) ->
                "A WebSocket was asked for with " + method
                        + ", or with a body, and its handshake is a GET without one. Update the client's WebSocket library.";
            case HandshakeMalformed(var what) ->
                "The handshake of the WebSocket is malformed: " + what
                        + ". Update the client's WebSocket library, or look at what is between.";
            case WebSocketVersionUnsupported(var asked) ->
                "The client asked for version '" + asked
                        + "' of WebSocket, and 13 (RFC 6455) is the only one. Update the client's WebSocket library.";
            case SubProtocolMissing(var known) ->
                "The handshake has no Sec-WebSocket-Protocol, so nobody knows what the client will speak. Set the client's"
                        + " sub-protocol to one of " + String.join(", ", known) + ".";
            case SubProtocolUnknown(var offered, var known) ->
                "The client offers the sub-protocols '" + offered + "', none of which is spoken here. Set it to one of "
                        + String.join(", ", known) + ".";
            case OriginNotAllowed(var origin, var host) ->
                "A web page from '" + origin + "' opened a WebSocket to '" + host
                        + "' with a client certificate of its browser, which the page may not have asked its user for. Serve"
                        + " the page under the hub's own host name, or let it use a token: remove the certificate from the"
                        + " browser.";
        };
    }
}
