package dev.holdfast.hub.identity;

import dev.holdfast.store.Table;
import java.util.List;

/** What other parts store for an identity: it goes with the identity, in the same transaction. */
final class OwnedRows {
    /** Their key is the identity as it is printed, or that, a slash and more. */
    private static final List<String> KINDS =
            List.of("mqtt-session", "twin", "twin-reported", "cloud-message", "cloud-message-last");

    private static final int DELETE_PAGE = 100;

    private OwnedRows() {}

    static void delete(Table.Transaction rows, Identity identity) {
        String key = identity.toString();
        for (String kind : KINDS) {
            rows.delete(kind, key);
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
