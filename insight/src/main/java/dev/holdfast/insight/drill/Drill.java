package dev.holdfast.insight.drill;

import dev.holdfast.pki.ServerChain;
import dev.holdfast.tls.peer.Offer;
import dev.holdfast.tls.policy.ServerKeyType;
import dev.holdfast.tls.report.DeviceConnected;
import dev.holdfast.tls.report.Report;
import dev.holdfast.wire.Connection;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Collection;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.LongSupplier;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One rehearsal. The chain is sent before a device has named itself, so a device of the cohort is known by its last {@link Place}; one
 * that can't be told apart by it from another device of any hub stays with the usual chain.
 *
 * <p>A device has accepted the root when it was shown the chain and then let in by its own key: some clients judge a chain after the
 * handshake, so the end of that proves nothing, and who names a device without its key may be anybody. One that ends the handshake
 * with an alert has refused it, and gets the usual chain from then on. One that goes away without a word gets the usual chain the
 * next time, and is shown the other one once more when that let it in: a single connection without a word may be a stranger's.
 *
 * <p>Any thread; every method is quick.
 */
public final class Drill {
    private static final Logger LOG = LoggerFactory.getLogger(Drill.class);

    /** Some clients open two connections at once, of which the second one is no answer to the first. */
    private static final Duration AT_ONCE = Duration.ofSeconds(1);

    private static final String WENT_AWAY = "it went away after it was shown the chain, without a word";

    private final Instant started;
    private final InstantSource clock;
    private final Members members;
    private final Whereabouts whereabouts = new Whereabouts();
    private volatile DrillPlan plan;
    /** Null until it is made; kept to the end, to know who was shown it. */
    private @Nullable ServerChain chain;

    private DrillState state;
    private @Nullable String because;
    private @Nullable Instant ended;
    private boolean stateChanged;
    /** Read by every handshake. */
    private volatile boolean running;

    /** As stored; without a chain nobody is shown any. */
    Drill(
            DrillPlan plan,
            Instant started,
            DrillState state,
            @Nullable String because,
            @Nullable Instant ended,
            Collection<Member> stored,
            InstantSource clock,
            LongSupplier nanoTime) {
        this.plan = plan;
        this.started = started;
        this.state = state;
        this.because = because;
        this.ended = ended;
        this.clock = clock;
        this.members = new Members(stored, nanoTime);
        if (state.isOver()) {
            keepOnlyTheBlamed();
        }
    }

    /**
     * A new one, running.
     *
     * @param chosen the cohort
     * @param known all devices of all hubs
     */
    static Drill begin(
            DrillPlan plan,
            ServerChain chain,
            List<KnownDevice> chosen,
            List<KnownDevice> known,
            InstantSource clock,
            LongSupplier nanoTime) {
        List<Member> members =
                chosen.stream().map(each -> Member.of(each, Outcome.NOT_SEEN)).toList();
        Drill drill = new Drill(plan, clock.instant(), DrillState.RUNNING, null, null, members, clock, nanoTime);
        drill.stateChanged = true;
        drill.show(chain, known);
        drill.tellAllApart();
        drill.members.storeAll();
        return drill;
    }

    private synchronized void tellAllApart() {
        for (Member member : members.all()) {
            if (whereabouts.onlyOne(member.place()) == null) {
                members.put(new Member(
                        member.device(), member.place(), Outcome.NOT_TOLD_APART, null, null, false, Attempt.NONE, 0));
            }
        }
    }

    /**
     * From now on this is what the cohort is shown, while the drill runs.
     *
     * @param known all devices of all hubs
     */
    synchronized void show(ServerChain shown, List<KnownDevice> known) {
        if (state.isOver()) {
            return;
        }
        known.forEach(each -> whereabouts.moved(each.who(), each.place()));
        chain = shown;
        running = state == DrillState.RUNNING;
    }

    synchronized boolean lacksChain() {
        return chain == null && !state.isOver();
    }

    public DrillPlan plan() {
        return plan;
    }

    public Instant started() {
        return started;
    }

    public synchronized DrillState state() {
        return state;
    }

    /** Why it went back; null while there is no reason. */
    public synchronized @Nullable String because() {
        return because;
    }

    public synchronized @Nullable Instant ended() {
        return ended;
    }

    public synchronized List<Member> members() {
        return members.all();
    }

    synchronized Optional<Member> member(String device) {
        return Optional.ofNullable(members.get(device));
    }

    boolean isRunning() {
        return running;
    }

    /** What {@link dev.holdfast.tls.identity.ChainChooser} asks, for a client that {@link Drills.Names} lead here. */
    synchronized @Nullable ServerChain choose(Place place, ServerKeyType keyType) {
        if (!running || !keyType.name().equalsIgnoreCase(plan.keyType())) {
            return null;
        }
        Member member = find(place);
        if (member == null) {
            return null;
        }
        return switch (member.outcome()) {
            case NOT_SEEN -> shown(member);
            case ACCEPTED -> chain;
            case SHOWN -> again(member);
            case REFUSED, STAYED_AWAY, NOT_TOLD_APART -> null;
        };
    }

    private @Nullable Member find(Place place) {
        Whereabouts.Who who = whereabouts.onlyOne(place);
        return who == null ? null : member(who);
    }

    private @Nullable ServerChain shown(Member member) {
        members.putAnew(member.shown(clock.instant()));
        return chain;
    }

    /** It was shown the chain before, and comes without having been let in by it. */
    private @Nullable ServerChain again(Member member) {
        if (member.last() == Attempt.OPEN && members.isJustAwaited(member, AT_ONCE)) {
            return chain;
        }
        if (member.last() == Attempt.OPEN && !member.back()) {
            wentAway(member);
            return null;
        }
        return member.last() == Attempt.GONE && !member.back() ? null : shown(member);
    }

    /** A connection was refused or ended. */
    void refused(Report report) {
        Connection connection = report.connection();
        Offer offer = connection == null ? null : Offer.of(connection).orElse(null);
        if (connection == null || offer == null || !offer.candidate()) {
            return;
        }
        Evidence evidence = Evidence.of(report, connection);
        synchronized (this) {
            Member member = isOfThis(offer) ? find(Place.of(connection, offer.serverName(), offer.shape())) : null;
            if (member == null) {
                return;
            }
            switch (evidence) {
                case REFUSED -> {
                    if (member.outcome() == Outcome.ACCEPTED) {
                        // It can't be both; so somebody else comes from the same place.
                        members.put(member.with(
                                Outcome.NOT_TOLD_APART,
                                clock.instant(),
                                "it had accepted the root, and a client like it refused it: " + why(report)));
                    } else {
                        refused(member, why(report));
                    }
                }
                case GONE -> {
                    if (member.last() == Attempt.OPEN) {
                        wentAway(member);
                    }
                }
                case NO_REFUSAL -> {
                    if (member.outcome() == Outcome.SHOWN) {
                        members.put(member.spoke(report.reason()));
                    }
                }
                case NONE -> {}
            }
        }
    }

    private boolean isOfThis(Offer offer) {
        return offer.candidate() && chain != null && chain.equals(offer.chain());
    }

    private static String why(Report report) {
        return report.reason() + (report.alert() == null ? "" : ", " + report.alert());
    }

    /** A device was let in, by whichever chain. */
    void connected(DeviceConnected device) {
        Offer offer = Offer.of(device.connection()).orElse(null);
        if (offer == null) {
            return;
        }
        Place place = Place.of(device.connection(), offer.serverName(), offer.shape());
        synchronized (this) {
            Whereabouts.Who who = new Whereabouts.Who(device.hub(), device.device());
            if (!state.isOver()) {
                whereabouts.moved(who, place);
            }
            tellApart(who, place);
            Member member = member(who);
            if (member == null) {
                return;
            }
            if (isOfThis(offer)) {
                accepted(member);
            } else if (member.at() != null && !member.back() && member.outcome() != Outcome.ACCEPTED) {
                members.put(member.cameBack());
            }
            move(member.device(), place);
        }
    }

    /** Should somebody else have been known by this place, neither is any more. */
    private void tellApart(Whereabouts.Who who, Place place) {
        Set<Whereabouts.Who> there = whereabouts.at(place);
        if (there.stream().anyMatch(other -> !other.equals(who))) {
            there.forEach(other -> notToldApart(member(other)));
            notToldApart(member(who));
        }
    }

    private @Nullable Member member(Whereabouts.Who who) {
        return who.hub().equals(plan.hub()) ? members.get(who.device()) : null;
    }

    private void notToldApart(@Nullable Member member) {
        if (member != null && member.mayBeAnother()) {
            members.put(member.with(Outcome.NOT_TOLD_APART, clock.instant(), null));
        }
    }

    /** A device that comes from elsewhere now, or with another hello, is known by that the next time. */
    private void move(String device, Place place) {
        Member member = Objects.requireNonNull(members.get(device));
        if (!state.isOver() && !member.place().equals(place)) {
            members.put(member.at(place));
        }
    }

    private void accepted(Member member) {
        if (member.outcome() != Outcome.ACCEPTED && member.outcome() != Outcome.NOT_TOLD_APART) {
            members.put(member.with(Outcome.ACCEPTED, clock.instant(), null));
        }
    }

    private void wentAway(Member member) {
        if (member.outcome() != Outcome.SHOWN) {
            return;
        }
        if (member.gone() > 0) {
            refused(member, WENT_AWAY + ", twice, and the usual chain let it in between");
        } else {
            members.put(member.gone(WENT_AWAY + "; unless that was another client in its place"));
            weigh();
        }
    }

    private void refused(Member member, String why) {
        if (member.outcome() == Outcome.NOT_SEEN || member.outcome() == Outcome.SHOWN) {
            members.putAnew(member.with(Outcome.REFUSED, clock.instant(), why));
            weigh();
        }
    }

    /** One that went away without a word may be chance, and ends nothing alone; several are refusals. */
    private void weigh() {
        int refused = count(Outcome.REFUSED);
        if (refused + members.inDoubt().size() > Math.max(plan.refusedMax(), 1)) {
            members.inDoubt().forEach(member -> members.put(member.refusedLikeOthers(WENT_AWAY + ", like others")));
        }
        refused = count(Outcome.REFUSED);
        if (refused > plan.refusedMax()) {
            goBack(devices(refused) + " refused the root, and " + plan.refusedMax() + " were allowed to");
        }
    }

    private static String devices(int count) {
        return count == 1 ? "1 device" : count + " devices";
    }

    public synchronized int count(Outcome outcome) {
        return members.count(outcome);
    }

    /** @return whether it was in the cohort */
    synchronized boolean forget(String hub, String device) {
        whereabouts.forget(new Whereabouts.Who(hub, device));
        if (!hub.equals(plan.hub())) {
            return false;
        }
        boolean known = members.forget(device);
        DrillPlan without = plan.without(device);
        String quoted = "device '" + device + "'";
        if (because != null && because.contains(quoted)) {
            because = because.replace(quoted, "a device that was forgotten since");
            stateChanged = true;
        }
        stateChanged |= !without.equals(plan);
        plan = without;
        return known;
    }

    private void goBack(String why) {
        if (!state.isOver()) {
            end(DrillState.WENT_BACK, why);
            LOG.warn("the drill of root '{}' in hub {} went back: {}", plan.rootSubject(), plan.hub(), why);
        }
    }

    private void enter(DrillState next) {
        state = next;
        stateChanged = true;
    }

    private void end(DrillState over, @Nullable String why) {
        running = false;
        enter(over);
        because = why;
        ended = clock.instant();
        keepOnlyTheBlamed();
    }

    /** Of a drill that is over only those are looked at who are blamed for something. */
    private void keepOnlyTheBlamed() {
        whereabouts.clear();
        members.awaited()
                .forEach(member -> whereabouts.moved(new Whereabouts.Who(plan.hub(), member.device()), member.place()));
    }

    /**
     * Looks for devices that stay away.
     *
     * @param isConnected whether a device of the hub is connected now
     */
    synchronized void tick(Predicate<String> isConnected) {
        if (state.isOver()) {
            return;
        }
        for (Member member : members.awaitedFor(plan.patience())) {
            if (!isConnected.test(member.device())) {
                members.put(member.with(Outcome.STAYED_AWAY, clock.instant(), member.why()));
                goBack("device '" + member.device() + "' was shown the chain at " + member.at()
                        + " and has stayed away for " + plan.patience().toSeconds() + " s");
            }
        }
    }

    /** @return null when it was done, else why not, as a sentence; so do those below */
    public synchronized @Nullable String pause() {
        if (state != DrillState.RUNNING) {
            return "The drill is not running; it is " + state.word() + ".";
        }
        enter(DrillState.PAUSED);
        running = false;
        return null;
    }

    public synchronized @Nullable String resume() {
        if (state != DrillState.PAUSED) {
            return "The drill is not paused; it is " + state.word() + ".";
        }
        enter(DrillState.RUNNING);
        running = chain != null;
        return null;
    }

    public synchronized @Nullable String finish() {
        if (state.isOver()) {
            return "The drill is over already; it is " + state.word() + ".";
        }
        end(DrillState.FINISHED, null);
        return null;
    }

    public synchronized @Nullable String abort() {
        if (state.isOver()) {
            return "The drill is over already; it is " + state.word() + ".";
        }
        goBack("the operator gave it up");
        return null;
    }

    /**
     * What is to be stored.
     *
     * @param state whether the state changed
     */
    record Changes(boolean state, List<Member> members) {
        boolean isNone() {
            return !state && members.isEmpty();
        }
    }

    /** It could not be stored. */
    synchronized void giveBack(Changes taken) {
        stateChanged |= taken.state();
        members.giveBack(taken.members());
    }

    /** What changed since the last time it was asked. */
    synchronized Changes takeChanges() {
        Changes taken = new Changes(stateChanged, members.takeChanged());
        stateChanged = false;
        return taken;
    }
}
