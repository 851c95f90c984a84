package dev.holdfast.hub.identity;

import dev.holdfast.store.Table;
import java.util.List;

/** What other parts store for an identity: it goes with the identity, in the same transaction. */
final class OwnedRows {
    /** Their key is the identity as it is printed. */
    private static final List<String> ONE_FOR_EACH =
            List.of("mqtt-session", "twin", "twin-reported", "cloud-message-last");

    /** Their key is the identity, a slash and more. That may be the name of a module, so these are not looked for under a whole key. */
    private static final List<String> MANY_FOR_EACH = List.of("cloud-message");

    private static final int DELETE_PAGE = 100;

    private OwnedRows() {}

    static void delete(Table.Transaction rows, Identity identity) {
        String key = identity.toString();
        for (String kind : ONE_FOR_EACH) {
            rows.delete(kind, key);
            deleteBelow(rows, kind, key + "/");
        }
        for (String kind : MANY_FOR_EACH) {
            deleteBelow(rows, kind, key + "/");
        }
    }

    /** Deletes every row of a kind whose key begins so. */
    static void deleteBelow(Table.Transaction rows, String kind, String prefix) {
        while (true) {
            // Keys come in the order of their bytes, so those with the prefix stand together behind it.
            List<String> found = rows.list(kind, prefix, DELETE_PAGE).stream()
                    .map(Table.Row::key)
                    .takeWhile(key -> key.startsWith(prefix))
                    .toList();
            if (found.isEmpty()) {
                return;
            }
            found.forEach(key -> rows.delete(kind, key));
        }
    }
}
