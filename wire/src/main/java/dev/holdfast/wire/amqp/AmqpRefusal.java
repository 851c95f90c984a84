package dev.holdfast.wire.amqp;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Why a connection was ended by the protocol itself, before any face was asked or in spite of it: the whole list. What faces
 * refuse is in their own lists.
 */
public sealed interface AmqpRefusal {
    /** Stable word for logs, metrics and reports: the name of the case. */
    default String reason() {
        return getClass().getSimpleName();
    }

    /** The first eight bytes are neither AMQP 1.0 nor its SASL layer. */
    record NotAmqp() implements AmqpRefusal {}

    /** No {@code open} came in time. */
    record OpenLate(Duration maxTime) implements AmqpRefusal {}

    record FrameTooLarge(long bytes, int maxBytes) implements AmqpRefusal {}

    /** @param what names the fault */
    record FrameMalformed(String what) implements AmqpRefusal {}

    /** A frame that must not come in this state. */
    record FrameOutOfOrder(String what) implements AmqpRefusal {}

    record ChannelOutOfRange(int channel, int max) implements AmqpRefusal {}

    /** The engine found a violation that is not one of the bytes: a channel, handle or delivery that does not exist. */
    record ProtocolViolated(String what) implements AmqpRefusal {}

    record MechanismNotOffered(String mechanism) implements AmqpRefusal {}

    /** EXTERNAL was chosen, and the TLS handshake showed no certificate. */
    record ExternalWithoutCertificate() implements AmqpRefusal {}

    /** The response of PLAIN does not have its three parts, or is not UTF-8. */
    record PlainMalformed() implements AmqpRefusal {}

    /**
     * A face knows the user name and refuses the password.
     *
     * @param word the face's own stable word, reported instead of this case's name
     * @param refusal the face's own value, for the report's details; null for none
     */
    record PlainRefused(String word, String why, @Nullable Record refusal) implements AmqpRefusal {
        @Override
        public String reason() {
            return word;
        }
    }

    /** No face knows the user name of PLAIN. */
    record UnknownPlainUser() implements AmqpRefusal {}

    /** No face answers to this host name. */
    record UnknownHost(String hostName) implements AmqpRefusal {}

    record Idle(Duration maxTime) implements AmqpRefusal {}

    /** More bytes of unfinished messages than one connection may have. */
    record ReceivingTooMuch(int maxBytes) implements AmqpRefusal {}

    /** A bug of ours; its stack is in the log. */
    record InternalFailure() implements AmqpRefusal {}

    /**
     * What the peer is told.
     *
     * @param report its id, for whoever reads the error; null when there is none
     */
    default AmqpError toError(@Nullable String report) {
        String condition = switch (this) {
            case NotAmqp _, FrameTooLarge _, ChannelOutOfRange _ -> AmqpError.FRAMING_ERROR;
            case FrameMalformed _, PlainMalformed _ -> AmqpError.DECODE_ERROR;
            case FrameOutOfOrder _, ProtocolViolated _, MechanismNotOffered _ -> AmqpError.NOT_ALLOWED;
            case OpenLate _, Idle _, ReceivingTooMuch _ -> AmqpError.RESOURCE_LIMIT_EXCEEDED;
            case ExternalWithoutCertificate _, PlainRefused _, UnknownPlainUser _ -> AmqpError.UNAUTHORIZED_ACCESS;
            case UnknownHost _ -> AmqpError.NOT_FOUND;
            case InternalFailure _ -> AmqpError.INTERNAL_ERROR;
        };
        return new AmqpError(
                condition, reason() + ": " + explain() + (report == null ? "" : " (report " + report + ")"));
    }

    /** What happened and what to change, in sentences. */
    default String explain() {
        return switch (this) {
            case NotAmqp() ->
                "The first bytes are not an AMQP 1.0 header. Look at the port that the client uses: this one speaks AMQP 1.0 over TLS, and MQTT and HTTPS have ports of"
                        + " their own, by default 8883 and 443.";
            case OpenLate(var max) ->
                "No AMQP open came within " + max.toSeconds()
                        + " s. Look at the client's network and its TLS settings.";
            case FrameTooLarge(var bytes, var max) ->
                "A frame of " + bytes + " bytes was announced, and the limit in this state is " + max
                        + ". Send smaller frames, as the max-frame-size of the server's open says.";
            case FrameMalformed(var what) ->
                "A frame can't be read: " + what + ". Update the client's AMQP library, or look at what is between.";
            case FrameOutOfOrder(var what) ->
                "The protocol does not allow what came: " + what + ". Update the client's AMQP library.";
            case ChannelOutOfRange(var channel, var max) ->
                "A frame is for channel " + channel + ", and the highest one is " + max
                        + ". Open fewer sessions on a connection.";
            case ProtocolViolated(var what) ->
                "The protocol was violated: " + what + ". Update the client's AMQP library.";
            case MechanismNotOffered(var mechanism) ->
                "The SASL mechanism " + mechanism
                        + " was chosen, which was not offered. Choose one that the server offers.";
            case ExternalWithoutCertificate() ->
                "SASL EXTERNAL means the certificate of the TLS handshake, and the client showed none. Give the client its"
                        + " certificate and private key, or use a token.";
            case PlainMalformed() ->
                "The response of SASL PLAIN is not '[authzid] NUL user NUL password' in UTF-8. Give the client a user name"
                        + " and a password.";
            case PlainRefused(var _, var why, var _) -> why;
            case UnknownPlainUser() ->
                "Nothing here knows the user name of SASL PLAIN. Give the client the name of a shared access policy with its key, or"
                        + " '{policy}@sas.root.{hub}' with a token.";
            case UnknownHost(var hostName) ->
                "Nothing here answers to the host name '" + hostName + "'. Compare it with the host names of the hubs.";
            case Idle(var max) ->
                "Nothing came for " + max.toSeconds()
                        + " s, not even an empty frame. Look at the client's network; a client that has nothing to say sends empty frames, as"
                        + " the idle time-out of the server's open says.";
            case ReceivingTooMuch(var max) ->
                "The connection has more than " + max
                        + " bytes of unfinished messages. Send one message after the other.";
            case InternalFailure() ->
                "The server failed while it handled this connection. Look into its log for the cause.";
        };
    }
}
