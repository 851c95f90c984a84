package dev.holdfast.server.operator;

import dev.holdfast.base.IpAddress;
import dev.holdfast.wire.http.HttpRequest;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** The query of a request. */
final class QueryParameters {
    private final Map<String, String> given;

    private QueryParameters(Map<String, String> given) {
        this.given = given;
    }

    /**
     * Reads it strictly: a filter that is misspelled must not pass for none, which would show or delete all.
     *
     * @param filters names that may be in it
     * @param more further names that may be
     */
    static QueryParameters read(HttpRequest request, Set<String> filters, String... more) throws BadRequest {
        Set<String> known = new TreeSet<>(filters);
        known.addAll(List.of(more));
        Set<String> unknown = new TreeSet<>(request.query().keySet());
        unknown.removeAll(known);
        if (!unknown.isEmpty()) {
            throw new BadRequest("The query has '" + unknown.iterator().next() + "', which is none of "
                    + String.join(", ", known) + ".");
        }
        return new QueryParameters(request.query());
    }

    /** Reads it where other parameters are passed over. */
    static QueryParameters of(HttpRequest request) {
        return new QueryParameters(request.query());
    }

    /** Null when it was not given. */
    @Nullable
    String text(String name) {
        return given.get(name);
    }

    String text(String name, String fallback) {
        return given.getOrDefault(name, fallback);
    }

    /** Whether it is {@code true}; anything else is not. */
    boolean flag(String name) {
        return "true".equals(given.get(name));
    }

    /** Null when it was not given. */
    @Nullable
    Instant time(String name) throws BadRequest {
        String text = given.get(name);
        try {
            return text == null ? null : Instant.parse(text);
        } catch (DateTimeParseException _) {
            throw new BadRequest("'" + name + "' is a time such as 2026-11-22T10:00:00Z.");
        }
    }

    /** An IP address as reports have it, whatever spelling was given; null when none was. A name is no address. */
    @Nullable
    String address(String name) throws BadRequest {
        String text = given.get(name);
        return text == null
                ? null
                : IpAddress.parse(text)
                        .orElseThrow(() ->
                                new BadRequest("'" + name + "' is an IP address, such as 192.0.2.7 or 2001:db8::7."));
    }

    /**
     * How many things a page is to have, as {@code top} says it.
     *
     * @param things what they are called
     * @param usual when it does not say
     * @param max the most that a page has, whatever it says
     */
    int top(String things, int usual, int max) throws BadRequest {
        String text = text("top", String.valueOf(usual));
        if (!text.matches("[0-9]{1,6}") || Integer.parseInt(text) < 1) {
            throw new BadRequest("'top' is a number of " + things + ".");
        }
        return Math.min(Integer.parseInt(text), max);
    }
}
