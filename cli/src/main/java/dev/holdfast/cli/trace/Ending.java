package dev.holdfast.cli.trace;

import dev.holdfast.tls.trace.AlertDescription;
import dev.holdfast.tls.trace.Side;
import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** How a trace ended: the whole list. */
public sealed interface Ending {
    /** The handshake was finished; the chain may still be worth nothing. */
    record Finished() implements Ending {}

    record NameUnknown(String host) implements Ending {}

    /**
     * No TCP connection came about.
     *
     * @param why in the system's words
     */
    record NoConnection(String where, String why) implements Ending {}

    /**
     * One side refused.
     *
     * @param alert as RFC 8446 names it
     * @param what the Java runtime's words, where it was the one who refused; else empty
     */
    record Alerted(Side from, String alert, String what) implements Ending {}

    /** @param what as a clause */
    record NotTls(String what) implements Ending {}

    /** The server closed the connection without a word. */
    record Closed(boolean finished, long serverBytes) implements Ending {}

    record TooSlow(Duration max, long serverBytes) implements Ending {}

    /** @param what the Java runtime's words */
    record Broken(String what) implements Ending {}

    /** Who ended it; null when nobody did. */
    default @Nullable Side by() {
        return switch (this) {
            case Finished _ -> null;
            case Alerted(var from, var _, var _) -> from;
            case Broken _ -> Side.CLIENT;
            case NameUnknown _, NoConnection _ -> Side.CLIENT;
            case NotTls _, Closed _, TooSlow _ -> Side.SERVER;
        };
    }

    /** What happened, what it means and what to do, in sentences. */
    default String sentence() {
        return switch (this) {
            case Finished _ -> "The handshake was finished.";
            case NameUnknown(var host) ->
                "The name " + host
                        + " does not resolve to an address: check its spelling, or add it to /etc/hosts or DNS.";
            case NoConnection(var where, var why) ->
                "There is no TCP connection to " + where + " (" + why
                        + "): is the server running, does it listen on that"
                        + " address and port, and does a firewall let you through?";
            case Alerted(var from, var alert, var what) -> alerted(from, alert, what);
            case NotTls(var what) -> "The server did not answer in TLS (" + what + "): is it the right port?";
            case Closed(var finished, var bytes) ->
                finished
                        ? "The server closed the connection right after the handshake; its log may say why."
                        : "The server closed the connection " + after(bytes)
                                + " without saying why: its log may tell, or something between closed it (a firewall, a load"
                                + " balancer without a server behind it).";
            case TooSlow(var max, var bytes) ->
                "The handshake was not finished within " + max.toSeconds() + " s; the server fell silent "
                        + after(bytes)
                        + ": it is overloaded, does not speak TLS on this port, or the network loses packets.";
            case Broken(var what) -> "The Java runtime gave the handshake up (" + what + ").";
        };
    }

    private static String alerted(Side from, String alert, String what) {
        Optional<AlertDescription> known = AlertDescription.named(alert);
        return (from == Side.SERVER ? "The server" : "This client") + " ended the handshake with the alert '" + alert
                + "'" + known.map(each -> ": " + each.meaning()).orElse("")
                + (what.isEmpty() ? "" : " (" + what + ")") + "."
                + known.map(each -> " " + each.advice(from)).orElse("");
    }

    private static String after(long bytes) {
        return bytes == 0 ? "before it said anything" : "after " + bytes + " bytes of its own";
    }
}
