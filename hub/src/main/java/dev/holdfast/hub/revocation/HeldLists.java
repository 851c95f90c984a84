package dev.holdfast.hub.revocation;

import dev.holdfast.base.HubName;
import dev.holdfast.base.Limits;
import dev.holdfast.hub.revocation.ListRefusal.LastOrigin;
import dev.holdfast.hub.revocation.ListRefusal.ListMissing;
import dev.holdfast.hub.revocation.ListRefusal.ListUnusable;
import dev.holdfast.hub.revocation.ListRefusal.ListsTooLarge;
import dev.holdfast.hub.revocation.ListRefusal.UnknownAuthority;
import dev.holdfast.pki.RevocationListReading;
import dev.holdfast.pki.RevocationLists;
import dev.holdfast.store.Table;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The revocation lists of one hub, one for each authority: in memory to be asked for every device, and in rows under the hub's scope.
 *
 * <p>A change is durable before anyone sees it. Any thread; changes block on the disk, one at a time.
 */
final class HeldLists {
    private final ListRows rows;
    private final Supplier<List<Issuer>> issuers;
    private final InstantSource clock;
    private final Limits limits;
    private final Map<String, HeldList> lists;

    /** @param issuers the registered authorities as they are now */
    HeldLists(Table table, HubName hub, Supplier<List<Issuer>> issuers, InstantSource clock, Limits limits) {
        this.rows = new ListRows(table, hub);
        this.issuers = issuers;
        this.clock = clock;
        this.limits = limits;
        this.lists = new ConcurrentHashMap<>(rows.load(issuers.get()));
    }

    Optional<HeldList> of(Issuer issuer) {
        return Optional.ofNullable(lists.get(issuer.name()))
                .filter(held -> held.key().equals(issuer.certificate().getPublicKey()));
    }

    boolean isEmpty() {
        return lists.isEmpty();
    }

    /**
     * Takes a list if it is good.
     *
     * @param bytes PEM or DER
     * @param origin a URL, or {@link HeldList#UPLOAD}
     * @return why not; null when it counts
     */
    @Nullable
    ListRefusal put(Issuer issuer, byte[] bytes, String origin) {
        HeldList before = of(issuer).orElse(null);
        Instant now = clock.instant();
        return switch (RevocationLists.read(
                bytes, issuer.certificate(), before == null ? null : before.list(), limits, now)) {
            case RevocationListReading.Refused(var why) -> new ListUnusable(why);
            case RevocationListReading.Read(var list) ->
                put(issuer, new HeldList(list, issuer.certificate().getPublicKey(), origin, now), before);
        };
    }

    /** @param judgedBy the list that it was compared with */
    private synchronized @Nullable ListRefusal put(Issuer issuer, HeldList held, @Nullable HeldList judgedBy) {
        if (issuers.get().stream().noneMatch(issuer::isSameAs)) {
            // It was deleted while its list was on the way here, and another one may have the name by now.
            return new UnknownAuthority(issuer.name());
        }
        HeldList before = of(issuer).orElse(null);
        if (!Objects.equals(before, judgedBy)) {
            // Another list came meanwhile; this one is judged against it.
            return put(issuer, held.list().encoded(), held.origin());
        }
        if (before != null && Arrays.equals(before.list().encoded(), held.list().encoded())) {
            return null;
        }
        long others = lists.entrySet().stream()
                .filter(each -> !each.getKey().equals(issuer.name()))
                .mapToLong(each -> each.getValue().list().encoded().length)
                .sum();
        if (others + held.list().encoded().length > limits.revocation().listsMaxBytes()) {
            return new ListsTooLarge(limits.revocation().listsMaxBytes());
        }
        rows.put(issuer, held);
        lists.put(issuer.name(), held);
        return null;
    }

    /** Removes a list that an operator names; null when it is gone. */
    synchronized @Nullable ListRefusal remove(Issuer issuer) {
        if (of(issuer).isEmpty()) {
            return new ListMissing(issuer.name());
        }
        if (issuer.settings().whenUnknown() == WhenUnknown.REFUSE
                && !issuer.settings().asksResponder()) {
            return new LastOrigin(issuer.name());
        }
        forget(issuer.name());
        return null;
    }

    /** Removes the lists of authorities that are not registered any more. */
    synchronized void keepOnly(List<String> authorities) {
        lists.keySet().stream()
                .filter(name -> !authorities.contains(name))
                .toList()
                .forEach(this::forget);
    }

    private void forget(String authority) {
        rows.delete(authority);
        lists.remove(authority);
    }
}
