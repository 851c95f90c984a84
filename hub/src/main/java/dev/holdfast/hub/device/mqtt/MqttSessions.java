package dev.holdfast.hub.device.mqtt;

import dev.holdfast.base.HubName;
import dev.holdfast.hub.identity.Identity;
import dev.holdfast.store.StoreException;
import dev.holdfast.store.Table;
import java.util.Map;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.json.JsonMapper;

/**
 * The sessions that clients asked one hub to keep (CleanSession 0): their subscriptions, durably.
 *
 * <p>A session belongs to a generation of a device, so that a device which is created again under an old id inherits
 * nothing. The registry deletes the rows of a device with the device. Every method may block on the disk.
 */
final class MqttSessions {
    static final String KIND = "mqtt-session";

    private static final JsonMapper JSON = JsonMapper.builder().build();

    private final Table table;
    private final String scope;

    MqttSessions(Table table, HubName hub) {
        this.table = table;
        this.scope = hub.value();
    }

    /** @param subscriptions QoS by filter */
    record Kept(String generation, Map<String, Integer> subscriptions) {
        Kept {
            subscriptions = Map.copyOf(subscriptions);
        }
    }

    /**
     * The session of a client that connects with CleanSession 0: the one that was kept, else a new one that is kept
     * from now on.
     */
    Opened resume(Identity identity, String generation) {
        Optional<Kept> kept =
                find(identity).filter(session -> session.generation().equals(generation));
        if (kept.isPresent()) {
            return new Opened(true, kept.get().subscriptions());
        }
        put(identity, new Kept(generation, Map.of()), () -> true);
        return new Opened(false, Map.of());
    }

    /** @param present whether it was kept from an earlier connection */
    record Opened(boolean present, Map<String, Integer> subscriptions) {}

    /** Wipes what was kept: the client connected with CleanSession 1. */
    void wipe(Identity identity) {
        String key = identity.toString();
        if (table.get(scope, KIND, key).isPresent()) {
            table.transact(scope, transaction -> transaction.delete(KIND, key));
        }
    }

    /**
     * Keeps the subscriptions of a session.
     *
     * @param stillOwner asked inside the transaction: a connection that was superseded writes nothing, so that it
     *     can't bring back
     *     what its successor wiped
     */
    void save(Identity identity, String generation, Map<String, Integer> subscriptions, BooleanSupplier stillOwner) {
        put(identity, new Kept(generation, subscriptions), stillOwner);
    }

    private Optional<Kept> find(Identity identity) {
        return table.get(scope, KIND, identity.toString()).map(row -> {
            try {
                return JSON.readValue(row.value(), Kept.class);
            } catch (JacksonException e) {
                throw new StoreException("the row of the MQTT session of '" + row.key() + "' can't be read", e);
            }
        });
    }

    private void put(Identity identity, Kept session, BooleanSupplier stillOwner) {
        byte[] row = JSON.writeValueAsBytes(session);
        table.transact(scope, transaction -> {
            boolean owner = stillOwner.getAsBoolean();
            if (owner) {
                transaction.put(KIND, identity.toString(), row);
            }
            return owner;
        });
    }
}
