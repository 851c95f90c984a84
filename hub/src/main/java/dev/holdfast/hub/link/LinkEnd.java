package dev.holdfast.hub.link;

import dev.holdfast.base.Commands;
import dev.holdfast.hub.fault.FaultKind;
import dev.holdfast.hub.identity.DeniedCertificate;
import dev.holdfast.hub.revocation.RevocationRefusal;
import java.net.InetSocketAddress;
import java.time.Instant;

/**
 * Why the hub ends the connection of a device or module: the whole list. MQTT 3.1.1 can't say it to the device, so it is logged and
 * reported.
 */
public sealed interface LinkEnd {
    /** Stable word for logs, metrics and reports: the name of the case. */
    default String reason() {
        return getClass().getSimpleName();
    }

    /** A newer connection of the same identity came. */
    record SupersededByNewConnection(InetSocketAddress newAddress) implements LinkEnd {}

    record DeviceDisabled() implements LinkEnd {}

    record DeviceDeleted() implements LinkEnd {}

    record ModuleDeleted() implements LinkEnd {}

    record CredentialWithdrawn() implements LinkEnd {}

    /** The key that signed its token is not registered any more. */
    record KeyReplaced() implements LinkEnd {}

    /** @param policy that was deleted, or whose key that signed the device's token was replaced */
    record PolicyWithdrawn(String policy) implements LinkEnd {}

    /** @param name of the authority whose certificates let the device in */
    record AuthorityDeleted(String name) implements LinkEnd {}

    record CertificateDenied(DeniedCertificate entry) implements LinkEnd {}

    /** A certificate that the device came in with was taken back, or nobody can say any more. Reported by that reason. */
    record NotStanding(RevocationRefusal why) implements LinkEnd {
        @Override
        public String reason() {
            return why.reason();
        }
    }

    record TokenExpired(Instant until) implements LinkEnd {}

    record HubDeleted() implements LinkEnd {}

    record ServerStopping() implements LinkEnd {}

    /**
     * The device asked for it, in an installation that allows that. Not every kind ends the whole connection.
     *
     * @param closeReason what it gave as reason; empty for none
     */
    record FaultInjected(FaultKind kind, String closeReason) implements LinkEnd {}

    /** A rule about faults has the credential of the device count as expired. */
    record CredentialExpiredByRule(String rule) implements LinkEnd {}

    /**
     * What happened and what to change, in sentences.
     *
     * @param commands of the hub that ends it
     * @param device whose connection it is
     */
    default String explain(Commands commands, String device) {
        return switch (this) {
            case SupersededByNewConnection(var address) ->
                "A newer connection with the same id came from "
                        + printed(address)
                        + ", and one identity has one connection. If two programs take turns, give each"
                        + " its own device id.";
            case DeviceDisabled() ->
                "The device was disabled in the registry. Enable it to let it come in again: "
                        + commands.ofHub("device enable " + Commands.argument(device, "ID")) + ".";
            case DeviceDeleted() ->
                "The device was deleted from the registry. Register it again, or stop the program that still runs as it.";
            case ModuleDeleted() ->
                "The module was deleted from the registry. Register it again, or stop the program that still runs as it.";
            case CredentialWithdrawn() ->
                "The registered certificate or kind of authentication was replaced. Give the client what is registered now,"
                        + " and it comes in again.";
            case KeyReplaced() ->
                "The key that its token was signed with was replaced. Give it a key that is registered now,"
                        + " and it comes in again.";
            case PolicyWithdrawn(var policy) ->
                "The device's token was signed with a key of the shared access policy '" + policy
                        + "', and that key was replaced or the policy deleted. Give it a token of a key that counts now, and it comes"
                        + " in again.";
            case AuthorityDeleted(var name) ->
                "The certificate authority '" + name
                        + "', which the device's certificate led to, was deleted from the hub. Register it again, or give the"
                        + " device a certificate of a registered authority.";
            case CertificateDenied(var entry) ->
                "A certificate that the device came in with was denied in this hub " + entry.printed()
                        + ". Give the device a certificate of a new key.";
            case NotStanding(var why) -> why.explain(commands);
            case TokenExpired(var until) ->
                "The token that opened the connection ended at " + until
                        + ". The client renews it by connecting again; if it does not, look at its clock and its token"
                        + " lifetime.";
            case HubDeleted() -> "The hub was deleted. Give the device the connection string of another one.";
            case FaultInjected(var kind, var closeReason) ->
                "This is an injected fault: the device asked for " + kind
                        + (closeReason.isEmpty() ? "" : " ('" + closeReason + "')")
                        + ", and this server was started with --fault-injection. Connect again, as official SDKs do by"
                        + " themselves; start the server without it where no tests are run.";
            case CredentialExpiredByRule(var rule) ->
                "This is an injected fault: rule " + rule
                        + " has the credential of the device count as expired. Connect again, as official SDKs do by themselves;"
                        + " start the server without --fault-injection where no tests are run.";
            case ServerStopping() ->
                "Holdfast is stopping. Start it again; official SDKs then connect again by themselves.";
        };
    }

    private static String printed(InetSocketAddress address) {
        // A name that was never resolved has no address; looking it up here would block.
        return address.isUnresolved()
                ? address.getHostString() + ":" + address.getPort()
                : address.getAddress().getHostAddress() + ":" + address.getPort();
    }
}
