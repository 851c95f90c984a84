package dev.holdfast.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** What the operator API gives in pages, together. */
final class Pages {
    private Pages() {}

    /** @param query null values are left out */
    static String path(String path, Map<String, ? extends @Nullable Object> query) {
        StringBuilder whole = new StringBuilder(path);
        query.forEach((name, value) -> {
            if (value != null) {
                whole.append(whole.indexOf("?") < 0 ? '?' : '&')
                        .append(name)
                        .append('=')
                        .append(OperatorClient.encode(value.toString()));
            }
        });
        return whole.toString();
    }

    /**
     * All pages, in their order.
     *
     * @param path with a query
     * @param next the member of a page that the next one is asked for with
     * @param parameter the name by which it is asked for
     */
    static List<JsonNode> all(OperatorClient client, String path, String next, String parameter) throws CommandFailure {
        List<JsonNode> pages = new ArrayList<>();
        String after = "";
        do {
            String more = after.isEmpty()
                    ? ""
                    : (path.contains("?") ? "&" : "?") + parameter + "=" + OperatorClient.encode(after);
            JsonNode page = client.get(path + more);
            pages.add(page);
            after = page.path(next).asString("");
        } while (!after.isEmpty());
        return pages;
    }
}
