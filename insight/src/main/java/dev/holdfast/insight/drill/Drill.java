package dev.holdfast.insight.drill;

import dev.holdfast.pki.ServerChain;
import dev.holdfast.tls.hello.HelloShape;
import dev.holdfast.tls.peer.Handshake;
import dev.holdfast.tls.peer.Offer;
import dev.holdfast.tls.policy.ServerKeyType;
import dev.holdfast.tls.report.DeviceConnected;
import dev.holdfast.tls.report.Report;
import dev.holdfast.wire.Connection;
import java.net.InetAddress;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collection;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One rehearsal. The chain is sent before a device has named itself, so a device of the cohort is known by its last address and
 * hello; one that can't be told apart by these from another device of the hub stays with the usual chain.
 *
 * <p>A device has accepted the root when it was shown the chain and then let in: some clients judge a chain after the handshake, so
 * the end of that proves nothing. One that ends the handshake, or comes again without having been let in, has refused it, and gets
 * the usual chain from then on.
 *
 * <p>Any thread; every method is quick.
 */
public final class Drill {
    private static final Logger LOG = LoggerFactory.getLogger(Drill.class);

    /** Some clients open two connections at once, of which the second one is no answer to the first. */
    private static final Duration AT_ONCE = Duration.ofSeconds(1);

    private final DrillPlan plan;
    private final Instant started;
    private final InstantSource clock;
    private final Map<String, Member> members = new TreeMap<>();
    private final Map<Member.Key, String> byKey = new HashMap<>();
    private final Map<String, Member> changed = new HashMap<>();
    private final Map<Outcome, Integer> counts = new EnumMap<>(Outcome.class);
    /** Of whom something is expected: they were shown the chain, and were not let in since. */
    private final Set<String> awaited = new HashSet<>();

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
            Collection<Member> members,
            InstantSource clock) {
        this.plan = plan;
        this.started = started;
        this.state = state;
        this.because = because;
        this.ended = ended;
        this.clock = clock;
        members.forEach(member -> {
            this.members.put(member.device(), member);
            counts.merge(member.outcome(), 1, Integer::sum);
            await(member);
            if (member.outcome() != Outcome.NOT_TOLD_APART) {
                byKey.put(member.key(), member.device());
            }
        });
    }

    /**
     * A new one, running.
     *
     * @param known all devices of the hub
     */
    static Drill begin(DrillPlan plan, ServerChain chain, List<KnownDevice> known, InstantSource clock) {
        Map<Member.Key, Integer> seen = new HashMap<>();
        known.forEach(each -> seen.merge(new Member.Key(each.address(), each.shape()), 1, Integer::sum));
        List<Member> members = new ArrayList<>();
        for (KnownDevice each : known) {
            if (plan.cohort().includes(each)) {
                boolean alone = seen.getOrDefault(new Member.Key(each.address(), each.shape()), 0) == 1;
                members.add(Member.of(each, alone ? Outcome.NOT_SEEN : Outcome.NOT_TOLD_APART));
            }
        }
        Drill drill = new Drill(plan, clock.instant(), DrillState.RUNNING, null, null, members, clock);
        members.forEach(member -> drill.changed.put(member.device(), member));
        drill.stateChanged = true;
        drill.show(chain);
        return drill;
    }

    /** From now on this is what the cohort is shown, while the drill runs. */
    synchronized void show(ServerChain shown) {
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
        return List.copyOf(members.values());
    }

    /** What {@link dev.holdfast.tls.identity.ChainChooser} asks, for a client of the plan's world. */
    @Nullable
    ServerChain choose(InetAddress source, HelloShape shape, ServerKeyType keyType) {
        if (!running || !keyType.name().equalsIgnoreCase(plan.keyType())) {
            return null;
        }
        synchronized (this) {
            Member member = find(new Member.Key(source.getHostAddress(), shape.id()));
            if (member == null || !running) {
                return null;
            }
            return switch (member.outcome()) {
                case NOT_SEEN -> shown(member);
                case ACCEPTED -> chain;
                case SHOWN -> {
                    if (isAtOnce(member)) {
                        yield chain;
                    }
                    refused(member, "it went away after it was shown the chain, without a word");
                    yield null;
                }
                case REFUSED, STAYED_AWAY, NOT_TOLD_APART -> null;
            };
        }
    }

    private @Nullable Member find(Member.Key key) {
        String device = byKey.get(key);
        return device == null ? null : members.get(device);
    }

    private @Nullable ServerChain shown(Member member) {
        put(member.with(Outcome.SHOWN, clock.instant(), null));
        return chain;
    }

    private boolean isAtOnce(Member member) {
        Instant at = member.at();
        return at != null && clock.instant().isBefore(at.plus(AT_ONCE));
    }

    /** A connection was refused or ended. */
    void refused(Report report) {
        Connection connection = report.connection();
        Offer offer = connection == null ? null : Offer.of(connection).orElse(null);
        if (connection == null || offer == null || !offer.candidate()) {
            return;
        }
        synchronized (this) {
            Member member = find(new Member.Key(
                    report.remoteAddress().getAddress().getHostAddress(),
                    offer.shape().id()));
            if (member == null) {
                return;
            }
            if (connection.known(Handshake.class).isEmpty()) {
                refused(member, report.reason() + (report.alert() == null ? "" : ", " + report.alert()));
            } else if (member.device().equals(report.device())) {
                // Whatever it was refused for, it had named itself by then, which a client does that trusts the server.
                accepted(member);
            }
        }
    }

    /** A device was let in, by whichever chain. */
    void connected(DeviceConnected device) {
        Offer offer = Offer.of(device.connection()).orElse(null);
        if (offer == null || !device.hub().equals(plan.hub())) {
            return;
        }
        Member.Key key = new Member.Key(
                device.connection().remoteAddress().getAddress().getHostAddress(),
                offer.shape().id());
        synchronized (this) {
            tellApart(key, device.device());
            Member member = members.get(device.device());
            if (member == null) {
                return;
            }
            if (offer.candidate()) {
                accepted(member);
            } else if (member.outcome() == Outcome.REFUSED || member.outcome() == Outcome.STAYED_AWAY) {
                put(member.cameBack());
            }
            move(device.device(), key);
        }
    }

    /** Should somebody else have been known by this, neither is any more. */
    private void tellApart(Member.Key key, String device) {
        Member holder = find(key);
        if (holder != null && !holder.device().equals(device)) {
            byKey.remove(key);
            notToldApart(holder);
            Member member = members.get(device);
            if (member != null) {
                notToldApart(member);
            }
        }
    }

    /** A device that comes from elsewhere now, or with another hello, is known by that the next time. */
    private void move(String device, Member.Key key) {
        Member member = Objects.requireNonNull(members.get(device));
        if (member.outcome() != Outcome.NOT_TOLD_APART && !member.key().equals(key)) {
            byKey.remove(member.key(), device);
            put(member.at(key.address(), key.shape()));
            byKey.put(key, device);
        }
    }

    private void notToldApart(Member member) {
        if (member.outcome() == Outcome.NOT_SEEN || member.outcome() == Outcome.SHOWN) {
            put(member.with(Outcome.NOT_TOLD_APART, clock.instant(), null));
        }
    }

    private void accepted(Member member) {
        if (member.outcome() != Outcome.ACCEPTED && member.outcome() != Outcome.NOT_TOLD_APART) {
            put(member.with(Outcome.ACCEPTED, clock.instant(), null));
        }
    }

    private void refused(Member member, String why) {
        if (member.outcome() == Outcome.REFUSED || member.outcome() == Outcome.STAYED_AWAY) {
            return;
        }
        put(member.with(Outcome.REFUSED, clock.instant(), why));
        int refused = count(Outcome.REFUSED);
        if (refused > plan.refusedMax()) {
            goBack(refused + " devices refused the root, and " + plan.refusedMax() + " were allowed to");
        }
    }

    private void put(Member member) {
        Member before = Objects.requireNonNull(members.put(member.device(), member));
        counts.merge(before.outcome(), -1, Integer::sum);
        counts.merge(member.outcome(), 1, Integer::sum);
        await(member);
        changed.put(member.device(), member);
    }

    private void await(Member member) {
        if (!member.back() && (member.outcome() == Outcome.SHOWN || member.outcome() == Outcome.REFUSED)) {
            awaited.add(member.device());
        } else {
            awaited.remove(member.device());
        }
    }

    public synchronized int count(Outcome outcome) {
        return counts.getOrDefault(outcome, 0);
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
        chain = null;
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
        Instant tooLong = clock.instant().minus(plan.patience());
        for (String device : List.copyOf(awaited)) {
            Member member = Objects.requireNonNull(members.get(device));
            Instant at = member.at();
            if (at != null && at.isBefore(tooLong) && !isConnected.test(device)) {
                put(member.with(Outcome.STAYED_AWAY, clock.instant(), member.why()));
                goBack("device '" + member.device() + "' was shown the chain at " + at + " and has stayed away for "
                        + plan.patience().toSeconds() + " s");
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
        taken.members().forEach(member -> changed.putIfAbsent(member.device(), member));
    }

    /** What changed since the last time it was asked. */
    synchronized Changes takeChanges() {
        Changes taken = new Changes(stateChanged, List.copyOf(changed.values()));
        stateChanged = false;
        changed.clear();
        return taken;
    }
}
