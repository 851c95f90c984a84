package dev.holdfast.server.policy;

import dev.holdfast.hub.HubPolicies;
import dev.holdfast.store.StoreException;
import dev.holdfast.store.Table;
import dev.holdfast.tls.policy.NamedPolicies;
import dev.holdfast.tls.policy.TlsPolicy;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentSkipListMap;
import tools.jackson.databind.node.ObjectNode;

/**
 * The TLS policies of this installation: those that come with the server, and an operator's own, which are kept in the table.
 *
 * <p>Any thread. {@link #put} and {@link #delete} block on the disk; who calls them sees to it that only one does.
 */
public final class PolicyStore implements HubPolicies {
    private static final String SCOPE = "installation";
    private static final String KIND = "tls-policy";

    private final Table table;
    private final String defaultName;
    private final int max;
    private final Map<String, TlsPolicy> own = new ConcurrentSkipListMap<>();

    /**
     * @param defaultName of the policy for hubs that were given none
     * @param max how many an operator may add
     */
    public PolicyStore(Table table, String defaultName, int max) {
        this.table = table;
        this.defaultName = defaultName;
        this.max = max;
        for (Table.Row row : table.list(SCOPE, KIND, "", Integer.MAX_VALUE)) {
            try {
                own.put(row.key(), PolicyDocument.read(row.value()).policy());
            } catch (IllegalArgumentException e) {
                throw new StoreException("the row of the TLS policy '" + row.key() + "' can't be read", e);
            }
        }
    }

    @Override
    public Optional<TlsPolicy> find(String name) {
        return NamedPolicies.find(name).map(NamedPolicies.Named::policy).or(() -> Optional.ofNullable(own.get(name)));
    }

    @Override
    public String defaultName() {
        return defaultName;
    }

    /** An operator's own, in the order of their names. */
    public List<TlsPolicy> own() {
        return List.copyOf(own.values());
    }

    /** Whether a policy comes with the server, and so can be neither changed nor deleted. */
    public static boolean comesWithServer(String name) {
        return NamedPolicies.find(name).isPresent();
    }

    /** Whether one more would be too many. */
    public boolean isFull() {
        return own.size() >= max;
    }

    public int max() {
        return max;
    }

    /** Adds a policy or takes the place of the one of this name; durable when this returns. */
    public void put(TlsPolicy policy) {
        table.transact(
                SCOPE,
                rows -> rows.put(KIND, policy.name(), PolicyDocument.of(policy).write()));
        own.put(policy.name(), policy);
    }

    public void delete(String name) {
        table.transact(SCOPE, rows -> rows.delete(KIND, name));
        own.remove(name);
    }

    /** A policy as JSON, as it is shown. */
    public static ObjectNode json(TlsPolicy policy) {
        return PolicyDocument.of(policy).tree();
    }

    /** @throws IllegalArgumentException with a sentence for people, when this is no policy */
    public static TlsPolicy read(byte[] json) {
        return PolicyDocument.read(json).policy();
    }
}
