package dev.holdfast.hub.identity;

import dev.holdfast.base.Commands;
import dev.holdfast.base.ModuleId;
import dev.holdfast.hub.identity.AuthenticationRefusal.CertificateDenied;
import dev.holdfast.hub.identity.AuthenticationRefusal.CertificateNotAccepted;
import dev.holdfast.hub.identity.AuthenticationRefusal.CertificateNotValidNow;
import dev.holdfast.hub.identity.AuthenticationRefusal.ChainRefused;
import dev.holdfast.hub.identity.AuthenticationRefusal.CommonNameAmbiguous;
import dev.holdfast.hub.identity.AuthenticationRefusal.CommonNameDiffers;
import dev.holdfast.hub.identity.AuthenticationRefusal.CommonNameMissing;
import dev.holdfast.hub.identity.AuthenticationRefusal.DeviceDisabled;
import dev.holdfast.hub.identity.AuthenticationRefusal.NoCredentials;
import dev.holdfast.hub.identity.AuthenticationRefusal.NotStanding;
import dev.holdfast.hub.identity.AuthenticationRefusal.PolicyLacksRight;
import dev.holdfast.hub.identity.AuthenticationRefusal.PolicySignatureWrong;
import dev.holdfast.hub.identity.AuthenticationRefusal.ThumbprintMismatch;
import dev.holdfast.hub.identity.AuthenticationRefusal.TlsNotAccepted;
import dev.holdfast.hub.identity.AuthenticationRefusal.TokenExpired;
import dev.holdfast.hub.identity.AuthenticationRefusal.TokenForOtherResource;
import dev.holdfast.hub.identity.AuthenticationRefusal.TokenMalformed;
import dev.holdfast.hub.identity.AuthenticationRefusal.TokenNotAccepted;
import dev.holdfast.hub.identity.AuthenticationRefusal.TokenSignatureWrong;
import dev.holdfast.hub.identity.AuthenticationRefusal.UnknownDevice;
import dev.holdfast.hub.identity.AuthenticationRefusal.UnknownModule;
import dev.holdfast.hub.identity.AuthenticationRefusal.UnknownPolicy;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.Set;
import java.util.stream.Collectors;

/** Says in sentences what an {@link AuthenticationRefusal} means and what to change. For the log and the operator, never with a secret. */
public final class AuthenticationExplanation {
    private static final int NAME_MAX_CHARS = 160;

    private AuthenticationExplanation() {}

    /** @param commands of the hub that was asked for */
    public static String of(AuthenticationRefusal refusal, Commands commands) {
        return switch (refusal) {
            case UnknownDevice(var identity) ->
                "No device '" + identity
                        + "' is registered in this hub. Ids are compared by case: look whether it is registered in another"
                        + " spelling (" + commands.ofHub("device list") + "), and correct the DeviceId in the client's"
                        + " connection string; or register it ("
                        + command(commands, identity, "create")
                        + ").";
            case TlsNotAccepted(var hub, var policy, var version, var suite, var serverName) ->
                "The connection speaks " + version + " with " + suite + ", and the hub '" + hub
                        + "' with its TLS policy "
                        + policy + " does not accept that. The client named "
                        + (serverName == null ? "no host (no SNI)" : "'" + serverName + "' (SNI)")
                        + " when it connected, so that another policy decided. Let it name the hub's own host, or give that"
                        + " listener or hub a policy that fits (" + Commands.plain("policy list") + ", "
                        + Commands.plain("policy set " + hub + " NAME") + ").";
            case UnknownModule(var identity) ->
                "Device '" + identity.device() + "' has no module '" + identity.module()
                        + "'. Ids are compared by case. Register it ("
                        + command(commands, identity, "create")
                        + "), or correct the ModuleId in the client's connection string.";
            case AuthenticationRefusal.NotPassed(var why) -> why.explain();
            case DeviceDisabled(var identity, var why) ->
                // A module has no state of its own: it is out when its device is.
                "Device '" + identity.device() + "' is disabled" + (why.isEmpty() ? "" : " (" + why + ")")
                        + ". Enable it to let it connect: "
                        + command(commands, Identity.of(identity.device()), "enable") + ".";
            case NoCredentials(var identity, var registered) ->
                who(identity) + " is registered with '" + registered.wireName()
                        + "' authentication, and the client sent neither a token nor a client certificate. "
                        + (registered instanceof Authentication.Sas
                                ? "Use a connection string with a SharedAccessKey."
                                : "Give the client its certificate and private key, and use x509=true.");
            case TokenMalformed(var what) ->
                "The token can't be read: " + what
                        + ". It has the form 'SharedAccessSignature sr=…&sig=…&se=…' with an optional '&skn=…'. Give the"
                        + " client a connection string, from which its SDK makes one.";
            case TokenExpired(var expiry, var now) ->
                "The token expired at " + expiry + ", "
                        + Duration.between(expiry, now).toSeconds()
                        + " s before the hub's clock (" + now.truncatedTo(ChronoUnit.SECONDS)
                        + "). Make a new token; if it is new, set the clock of the client.";
            case TokenForOtherResource(var named, var wanted) ->
                "The token is for '" + named + "', which does not cover '" + wanted + "'. Sign a token whose 'sr' is '"
                        + wanted + "'.";
            case TokenSignatureWrong(var identity) ->
                "The token of '" + identity
                        + "' was signed with neither its primary nor its secondary key. Compare the SharedAccessKey of the"
                        + " client with the registry; a key that was regenerated no longer works. Where the right one is lost, "
                        + command(commands, identity, "renew-keys", " --which primary")
                        + " makes a new one and prints the connection string.";
            case UnknownPolicy(var policy)
            when policy.isEmpty() ->
                "The token names no shared access policy, as tokens of a device do. Sign with the key of a policy of the"
                        + " hub and put its name into 'skn'.";
            case UnknownPolicy(var policy) ->
                "The token names the shared access policy '" + policy + "', which this hub does not have. "
                        + commands.ofHub("hub access-policy list")
                        + " shows those there are; correct 'skn', or create that one.";
            case PolicySignatureWrong(var policy) ->
                "The token was signed with neither key of the shared access policy '" + policy
                        + "'. Copy its connection string again ("
                        + commands.ofHub("hub access-policy show " + Commands.argument(policy, "NAME"))
                        + "); a key that was renewed no longer works.";
            case PolicyLacksRight(var policy, var needed) ->
                "The shared access policy '" + policy + "' does not have the right " + names(needed)
                        + ". Use a policy that has it, or make one with "
                        + commands.ofHub("hub access-policy create NAME --right "
                                + needed.stream()
                                        .map(AccessRight::wireName)
                                        .sorted()
                                        .collect(Collectors.joining(" --right ")))
                        + ".";
            case TokenNotAccepted(var identity, var registered) ->
                who(identity) + " is registered with '" + registered.wireName()
                        + "' authentication, and the client sent a token. Connect with the certificate, or let it use keys: "
                        + command(commands, identity, "set", " --auth sas")
                        + " makes them and prints the connection string.";
            case CertificateNotAccepted(var identity, var registered) ->
                who(identity) + " is registered with '" + registered.wireName()
                        + "' authentication, and the client showed a certificate but no token. Connect with a"
                        + " SharedAccessKey, or register the certificate's thumbprint: "
                        + command(commands, identity, "set", " --thumbprint HEX") + ".";
            case ThumbprintMismatch(var identity, var sha1, var sha256) ->
                "Thumbprint does not match configuration: the client of '" + identity
                        + "' showed a certificate with SHA-1 "
                        + sha1 + " and SHA-256 " + sha256
                        + ", and neither is registered as its primary or secondary thumbprint. Register it ("
                        + command(commands, identity, "set", " --thumbprint " + sha256)
                        + "), or give the client the registered certificate.";
            case CertificateNotValidNow(var identity, var notBefore, var notAfter, var now) ->
                "The certificate of '" + identity + "' is valid from " + notBefore + " to " + notAfter
                        + ", and the hub's clock says " + now.truncatedTo(ChronoUnit.SECONDS)
                        + ". Renew the certificate, or correct the clock.";
            case CertificateDenied(var identity, var subject, var entry) ->
                "The certificate '" + cut(subject) + "' that the client of '" + identity
                        + "' came with is denied in this hub "
                        + entry.printed() + ". Give it a certificate of a new key, or, if that was a mistake,"
                        + " take the entry off the list: " + commands.ofHub("cert deny remove " + entry.id()) + ".";
            case ChainRefused(var identity, var why) ->
                who(identity) + " is registered for certificates of an authority. " + why.explain(commands);
            case NotStanding(var identity, var why) ->
                who(identity) + " came with a certificate of a registered authority. " + why.explain(commands);
            case CommonNameMissing(var identity) ->
                "The certificate that the client of '" + identity
                        + "' showed has no common name. Issue one whose subject has '" + identity + "' as its only CN.";
            case CommonNameAmbiguous(var identity, var names) ->
                "The certificate that the client of '" + identity + "' showed has " + names.size()
                        + " common names, so that it could be taken for several devices. Issue one whose subject has '"
                        + identity + "' as its only CN.";
            case CommonNameDiffers(var identity, var name) ->
                "The client says that it is '" + identity + "', and its certificate was issued for '" + cut(name)
                        + "' (CN, compared by case). Give it the certificate of its own "
                        + (identity.module() == null ? "id" : "ids, whose CN is '" + identity + "'")
                        + ", or correct the "
                        + (identity.module() == null ? "DeviceId" : "DeviceId and the ModuleId")
                        + " in its connection string.";
        };
    }

    private static String who(Identity identity) {
        return (identity.module() == null ? "Device '" : "Module '") + identity + "'";
    }

    private static String command(Commands commands, Identity identity, String verb) {
        return command(commands, identity, verb, "");
    }

    /** For people who copy it into a shell: an id may hold what a shell would obey. */
    private static String command(Commands commands, Identity identity, String verb, String options) {
        ModuleId module = identity.module();
        boolean plain =
                Commands.isPlain(identity.device().value()) && (module == null || Commands.isPlain(module.value()));
        String placeholder = module == null ? "ID" : "DEVICE/MODULE";
        return commands.ofHub(identity.kind() + " " + verb + " " + (plain ? identity : placeholder) + options);
    }

    private static String names(Set<AccessRight> rights) {
        return rights.stream().map(AccessRight::wireName).sorted().collect(Collectors.joining(" and "));
    }

    private static String cut(String name) {
        return name.length() <= NAME_MAX_CHARS ? name : name.substring(0, NAME_MAX_CHARS) + "…";
    }
}
