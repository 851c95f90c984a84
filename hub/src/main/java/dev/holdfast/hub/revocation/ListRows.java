package dev.holdfast.hub.revocation;

import dev.holdfast.base.Commands;
import dev.holdfast.base.HubName;
import dev.holdfast.pki.RevocationListReading;
import dev.holdfast.pki.RevocationLists;
import dev.holdfast.store.StoreException;
import dev.holdfast.store.Table;
import java.io.ByteArrayOutputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.json.JsonMapper;

/** How lists stand in the rows of a hub: one with the facts for each authority, and its bytes in rows of a bounded size. */
final class ListRows {
    static final String KIND = "revocation-list";
    static final String KIND_PART = "revocation-list-part";

    private static final JsonMapper JSON = JsonMapper.builder().build();
    private static final int PART_BYTES = 512 * 1024;

    /** @param key digest of the authority's, so that a list never speaks for another one of the same name */
    private record Row(int parts, String key, String origin, String received) {}

    private final Table table;
    private final HubName hub;

    ListRows(Table table, HubName hub) {
        this.table = table;
        this.hub = hub;
    }

    void put(Issuer issuer, HeldList held) {
        byte[] der = held.list().encoded();
        int parts = (der.length + PART_BYTES - 1) / PART_BYTES;
        byte[] row = JSON.writeValueAsBytes(
                new Row(parts, key(issuer), held.origin(), held.received().toString()));
        table.transact(hub.value(), rows -> {
            deleteParts(rows, issuer.name());
            for (int i = 0; i < parts; i++) {
                byte[] part = Arrays.copyOfRange(der, i * PART_BYTES, Math.min(der.length, (i + 1) * PART_BYTES));
                rows.put(KIND_PART, partKey(issuer.name(), i), part);
            }
            return rows.put(KIND, issuer.name(), row);
        });
    }

    void delete(String authority) {
        table.transact(hub.value(), rows -> {
            deleteParts(rows, authority);
            return rows.delete(KIND, authority);
        });
    }

    private static void deleteParts(Table.Transaction rows, String authority) {
        int part = 0;
        while (rows.delete(KIND_PART, partKey(authority, part))) {
            part++;
        }
    }

    private static String partKey(String authority, int part) {
        return authority + "/" + part;
    }

    /** The lists of these authorities; those that nobody has any more are deleted. */
    Map<String, HeldList> load(List<Issuer> issuers) {
        Map<String, HeldList> held = new LinkedHashMap<>();
        // Not bounded by a limit: one lower than yesterday's must not let anyone in.
        for (Table.Row row : table.list(hub.value(), KIND, "", Integer.MAX_VALUE)) {
            Row facts = read(row);
            issuers.stream()
                    .filter(issuer ->
                            issuer.name().equals(row.key()) && key(issuer).equals(facts.key))
                    .findFirst()
                    .ifPresentOrElse(issuer -> held.put(row.key(), load(issuer, facts)), () -> delete(row.key()));
        }
        return held;
    }

    private static Row read(Table.Row row) {
        try {
            return JSON.readValue(row.value(), Row.class);
        } catch (JacksonException e) {
            throw unreadable(row.key(), e);
        }
    }

    private HeldList load(Issuer issuer, Row facts) {
        String authority = issuer.name();
        ByteArrayOutputStream der = new ByteArrayOutputStream();
        for (int i = 0; i < facts.parts; i++) {
            der.writeBytes(table.get(hub.value(), KIND_PART, partKey(authority, i))
                    .orElseThrow(() -> unreadable(authority, new NoSuchElementException("a part is missing")))
                    .value());
        }
        try {
            return switch (RevocationLists.reopen(der.toByteArray())) {
                case RevocationListReading.Read(var list) ->
                    new HeldList(
                            list, issuer.certificate().getPublicKey(), facts.origin, Instant.parse(facts.received));
                case RevocationListReading.Refused(var why) ->
                    throw unreadable(authority, new IllegalArgumentException(why.explain(new Commands(hub))));
            };
        } catch (DateTimeException e) {
            throw unreadable(authority, e);
        }
    }

    private static StoreException unreadable(String authority, Exception cause) {
        return new StoreException("the revocation list of the authority '" + authority + "' can't be read", cause);
    }

    private static String key(Issuer issuer) {
        try {
            byte[] encoded = issuer.certificate().getPublicKey().getEncoded();
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(encoded));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java runtime has SHA-256", e);
        }
    }
}
