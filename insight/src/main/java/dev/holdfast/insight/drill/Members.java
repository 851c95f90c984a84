package dev.holdfast.insight.drill;

import java.time.Duration;
import java.util.Collection;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The cohort of a drill as it stands: counted by outcome, with those of whom something is expected, and what of it is to be stored. The
 * drill's lock guards it.
 */
final class Members {
    private final LongSupplier nanoTime;
    private final Map<String, Member> all = new TreeMap<>();
    private final Map<Outcome, Integer> counts = new EnumMap<>(Outcome.class);
    private final Map<String, Member> changed = new HashMap<>();
    /** Of whom something is expected, and since when: by the time that no setting of a clock moves. */
    private final Map<String, Long> awaited = new HashMap<>();

    private final Set<String> inDoubt = new HashSet<>();

    /** @param stored as they are on disk */
    Members(Collection<Member> stored, LongSupplier nanoTime) {
        this.nanoTime = nanoTime;
        stored.forEach(member -> {
            all.put(member.device(), member);
            counts.merge(member.outcome(), 1, Integer::sum);
            note(member);
        });
    }

    /** In the order of their ids. */
    List<Member> all() {
        return List.copyOf(all.values());
    }

    @Nullable
    Member get(String device) {
        return all.get(device);
    }

    int count(Outcome outcome) {
        return counts.getOrDefault(outcome, 0);
    }

    /** Replaces one of them. */
    void put(Member member) {
        Member before = Objects.requireNonNull(all.put(member.device(), member));
        counts.merge(before.outcome(), -1, Integer::sum);
        counts.merge(member.outcome(), 1, Integer::sum);
        note(member);
        changed.put(member.device(), member);
    }

    /** As {@link #put}; if something is expected of it, that begins now. */
    void putAnew(Member member) {
        awaited.remove(member.device());
        put(member);
    }

    private void note(Member member) {
        if (member.isAwaited()) {
            awaited.putIfAbsent(member.device(), nanoTime.getAsLong());
        } else {
            awaited.remove(member.device());
        }
        if (member.isInDoubt()) {
            inDoubt.add(member.device());
        } else {
            inDoubt.remove(member.device());
        }
    }

    /** Those of whom something is expected. */
    List<Member> awaited() {
        return members(awaited.keySet());
    }

    /** Those of whom something has been expected for longer than that. */
    List<Member> awaitedFor(Duration time) {
        long now = nanoTime.getAsLong();
        return awaited().stream()
                .filter(member -> now - since(member) > time.toNanos())
                .toList();
    }

    /** Whether something is expected of it, and has been for less than that. */
    boolean isJustAwaited(Member member, Duration time) {
        return awaited.containsKey(member.device()) && nanoTime.getAsLong() - since(member) < time.toNanos();
    }

    private long since(Member member) {
        return Objects.requireNonNull(awaited.get(member.device()));
    }

    /** Those that went away without a word, which may be chance. */
    List<Member> inDoubt() {
        return members(inDoubt);
    }

    private List<Member> members(Set<String> devices) {
        return devices.stream()
                .map(device -> Objects.requireNonNull(all.get(device)))
                .toList();
    }

    /** @return whether it was one of them */
    boolean forget(String device) {
        Member member = all.remove(device);
        changed.remove(device);
        awaited.remove(device);
        inDoubt.remove(device);
        if (member != null) {
            counts.merge(member.outcome(), -1, Integer::sum);
        }
        return member != null;
    }

    /** All are to be stored. */
    void storeAll() {
        changed.putAll(all);
    }

    /** Those that changed since the last time it was asked. */
    List<Member> takeChanged() {
        List<Member> taken = List.copyOf(changed.values());
        changed.clear();
        return taken;
    }

    /** They could not be stored; what changed since is newer. */
    void giveBack(List<Member> taken) {
        taken.forEach(member -> changed.putIfAbsent(member.device(), member));
    }
}
