package dev.holdfast.server.operator;

import dev.holdfast.base.Commands;
import dev.holdfast.base.HubName;
import dev.holdfast.hub.HubChange;
import dev.holdfast.hub.HubRefusal;
import dev.holdfast.hub.identity.AuthorityRefusal;
import dev.holdfast.hub.identity.PolicyRefusal;
import dev.holdfast.wire.http.HttpResponse;
import org.jspecify.annotations.Nullable;

/** What the operator API answers when a hub is not made, changed or deleted. */
final class HubRefusals {
    private HubRefusals() {}

    /** 204, or why the change was refused. */
    static HttpResponse noContent(HubName hub, HubChange change) {
        return switch (change) {
            case HubChange.Done _ -> Answers.noContent();
            case HubChange.Refused(var why) -> answer(hub, why);
        };
    }

    /** @param hub that was to be changed; null when there is none yet */
    static HttpResponse answer(@Nullable HubName hub, HubRefusal why) {
        return Answers.error(status(why), why.reason(), why.explain(new Commands(hub)));
    }

    private static int status(HubRefusal why) {
        return switch (why) {
            case HubRefusal.NameTaken _, HubRefusal.GroupExists _ -> 409;
            case HubRefusal.UnknownHub _, HubRefusal.UnknownGroup _ -> 404;
            case HubRefusal.UnknownTlsPolicy _ -> 400;
            case HubRefusal.TooManyHubs _, HubRefusal.TooManyGroups _ -> 403;
            case HubRefusal.NameReserved _,
                    HubRefusal.PartitionsOutOfRange _,
                    HubRefusal.RetentionOutOfRange _,
                    HubRefusal.GroupNameMalformed _,
                    HubRefusal.GroupIsDefault _ -> 400;
            case HubRefusal.PolicyNotChanged(var policy) -> status(policy);
            case HubRefusal.AuthoritiesNotChanged(var authority) -> status(authority);
        };
    }

    private static int status(AuthorityRefusal why) {
        return switch (why) {
            case AuthorityRefusal.AuthorityExists _, AuthorityRefusal.CertificateRegistered _ -> 409;
            case AuthorityRefusal.AlreadyVerified _,
                    AuthorityRefusal.CodeNotAskedFor _,
                    AuthorityRefusal.NobodyToAsk _,
                    AuthorityRefusal.NothingKnownYet _ -> 409;
            case AuthorityRefusal.AuthorityChanged _ -> 412;
            case AuthorityRefusal.CodeExpired _,
                    AuthorityRefusal.CodeDiffers _,
                    AuthorityRefusal.NotSignedByAuthority _,
                    AuthorityRefusal.ProofWeak _ -> 400;
            case AuthorityRefusal.AuthorityMissing _ -> 404;
            case AuthorityRefusal.TooManyAuthorities _ -> 403;
            case AuthorityRefusal.AuthorityNameMalformed _, AuthorityRefusal.CertificateUnusable _ -> 400;
        };
    }

    private static int status(PolicyRefusal why) {
        return switch (why) {
            case PolicyRefusal.PolicyExists _ -> 409;
            case PolicyRefusal.PolicyMissing _ -> 404;
            case PolicyRefusal.TooManyPolicies _ -> 403;
            case PolicyRefusal.PolicyNameMalformed _, PolicyRefusal.PolicyWithoutRights _ -> 400;
        };
    }
}
