package dev.holdfast.insight.journal;

import dev.holdfast.tls.report.Report;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.RecordComponent;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * What a refusal holds, by the names of its parts: {@code expiry} and {@code now} of an expired token, {@code offered} and
 * {@code accepted} of suites. Refusals hold no secrets, but what clients chose, which is cleaned and bounded here.
 */
final class Details {
    private static final int TEXT_MAX_CHARS = 400;
    private static final int LIST_MAX = 100;
    private static final int DEPTH_MAX = 4;

    private Details() {}

    static ObjectNode of(Record refusal) {
        ObjectNode json = JsonMapper.shared().createObjectNode();
        add(json, refusal, 0);
        return json;
    }

    private static void add(ObjectNode json, Record values, int depth) {
        for (RecordComponent part : values.getClass().getRecordComponents()) {
            Object value = value(values, part);
            if (value == null || depth > DEPTH_MAX) {
                continue;
            }
            switch (value) {
                // A refusal that another one wraps is told as if it were not wrapped.
                case Record inner when isRefusal(part) -> add(json, inner, depth + 1);
                case Integer number -> json.put(part.getName(), number);
                case Long number -> json.put(part.getName(), number);
                case Boolean flag -> json.put(part.getName(), flag);
                case InetSocketAddress address -> json.put(part.getName(), printed(address));
                case Duration time -> json.put(part.getName(), time.toMillis() / 1000.0 + " s");
                case Collection<?> list -> add(json.putArray(part.getName()), List.copyOf(list));
                default -> json.put(part.getName(), Report.cleaned(value.toString(), TEXT_MAX_CHARS));
            }
        }
    }

    private static String printed(InetSocketAddress address) {
        // A name that was never resolved has no address; looking it up here would block.
        String host = address.isUnresolved()
                ? Report.cleaned(address.getHostString(), TEXT_MAX_CHARS)
                : address.getAddress().getHostAddress();
        return (host.contains(":") ? "[" + host + "]" : host) + ":" + address.getPort();
    }

    private static boolean isRefusal(RecordComponent part) {
        return part.getName().equals("why") || part.getName().equals("shown");
    }

    private static void add(ArrayNode json, List<?> values) {
        values.stream()
                .limit(LIST_MAX)
                .forEach(value -> json.add(Report.cleaned(String.valueOf(value), TEXT_MAX_CHARS)));
        if (values.size() > LIST_MAX) {
            json.add("… and " + (values.size() - LIST_MAX) + " more");
        }
    }

    private static @Nullable Object value(Record values, RecordComponent part) {
        try {
            part.getAccessor().setAccessible(true);
            return part.getAccessor().invoke(values);
        } catch (IllegalAccessException | InvocationTargetException e) {
            throw new IllegalStateException("a record's part can't be read: " + part, e);
        }
    }
}
