package dev.holdfast.server.operator;

import dev.holdfast.hub.Hub;
import dev.holdfast.insight.dryrun.DryRun;
import dev.holdfast.server.policy.Rehearsal;
import dev.holdfast.store.StoreException;
import dev.holdfast.tls.policy.TlsPolicy;
import dev.holdfast.wire.http.HttpResponse;
import java.time.InstantSource;
import java.util.List;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * Decides, before a change of TLS policies is made, whether the devices that it would lose stand in its way. Blocks on the disk, for a
 * second at most.
 */
final class PolicyRehearsal {
    private static final Logger LOG = LoggerFactory.getLogger(PolicyRehearsal.class);
    private static final int NAMED_MAX = 5;
    private static final int SHOWN_MAX = 20;

    /** What is decided. */
    sealed interface Verdict {
        /** @param told what the answer to the change says of devices */
        record Allowed(ObjectNode told) implements Verdict {}

        /** Nothing may be changed. */
        record Refused(HttpResponse answer) implements Verdict {}
    }

    private final Rehearsal rehearsal;
    private final InstantSource clock;

    PolicyRehearsal(Rehearsal rehearsal, InstantSource clock) {
        this.rehearsal = rehearsal;
        this.clock = clock;
    }

    /** Of a change that is no device's concern. */
    static Verdict notNeeded() {
        return new Verdict.Allowed(Answers.object());
    }

    /** If a hub had another policy. */
    Verdict ifHubHad(Hub hub, TlsPolicy policy, boolean acceptLoss) throws BadRequest {
        return judge(() -> rehearsal.ifHubHad(hub.name(), policy), policy, List.of(hub), acceptLoss);
    }

    /**
     * If the policy of this name were another one.
     *
     * @param users the hubs that have it
     */
    Verdict ifPolicyWere(TlsPolicy policy, List<Hub> users, boolean acceptLoss) throws BadRequest {
        return judge(() -> rehearsal.ifPolicyWere(policy), policy, users, acceptLoss);
    }

    private Verdict judge(Supplier<DryRun> rehearsed, TlsPolicy policy, List<Hub> changed, boolean acceptLoss)
            throws BadRequest {
        DryRun run;
        ObjectNode found;
        try {
            run = rehearsed.get();
            found = new DryRunDocument(run, changed, rehearsal::neverSeen, clock.instant()).page("", SHOWN_MAX);
        } catch (StoreException e) {
            return notRehearsed(policy, acceptLoss, e);
        }
        ObjectNode told = Answers.object();
        if (run.lost().isEmpty() || acceptLoss) {
            told.set("dryRun", found);
            return new Verdict.Allowed(told);
        }
        told.putObject("error").put("code", "DevicesWouldBeLost").put("message", wouldLose(run, policy));
        told.set("dryRun", found);
        return new Verdict.Refused(Answers.json(409, told));
    }

    /**
     * Who accepts any loss must not be kept by a damaged file from changing a policy: it may be the one that keeps the devices out. For
     * anybody else, what can't be read must not pass for a change that loses nobody.
     */
    private static Verdict notRehearsed(TlsPolicy policy, boolean acceptLoss, StoreException why) {
        if (acceptLoss) {
            LOG.warn(
                    "the change to the policy '{}' is made without a rehearsal, as the operator accepts any loss; whom it"
                            + " loses can't be found out: {}",
                    policy.name(),
                    why.getMessage());
            String sentence = "Whom the policy '" + policy.name() + "' will refuse could not be found out: "
                    + why.getMessage() + ". The change was made all the same, since any loss was accepted.";
            return new Verdict.Allowed(Answers.object().put("notRehearsed", sentence));
        }
        LOG.error("whom the policy '{}' would refuse can't be found out", policy.name(), why);
        return new Verdict.Refused(Answers.error(
                503,
                "StorageFailed",
                "Whom the policy '" + policy.name() + "' would refuse can't be found out: " + why.getMessage()
                        + ". Nothing was changed. Look at the room on the server's disk and into its log, or say that"
                        + " you accept any loss with --yes (in the operator API acceptLoss)."));
    }

    private static String wouldLose(DryRun run, TlsPolicy policy) {
        int lost = run.lost().size();
        String first = run.lost().stream()
                .limit(NAMED_MAX)
                .map(each -> each.device().device() + " (" + each.loss().reason() + ")")
                .collect(Collectors.joining(", "));
        return "With the policy '" + policy.name() + "' " + lost + " of " + run.devices()
                + " known devices would be refused when they connect next: " + first
                + (lost > NAMED_MAX ? " and " + (lost - NAMED_MAX) + " more" : "")
                + ". Nothing was changed. Say that you accept this with --yes (in the operator API acceptLoss).";
    }
}
