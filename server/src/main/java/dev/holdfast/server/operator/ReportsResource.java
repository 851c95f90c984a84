package dev.holdfast.server.operator;

import dev.holdfast.base.Limits;
import dev.holdfast.insight.journal.Journal;
import dev.holdfast.insight.journal.JournalPage;
import dev.holdfast.insight.journal.JournalQuery;
import dev.holdfast.wire.http.HttpRequest;
import dev.holdfast.wire.http.HttpResponse;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** {@code reports}: why connections were refused. */
public final class ReportsResource {
    private static final int USUAL = 100;
    private static final Set<String> FILTERS = Set.of("hub", "device", "address", "reason", "since", "until");

    private static final Set<String> PAGING = Set.of("before", "top");
    private static final Pattern ID = Pattern.compile("[0-9a-f]{20}");

    private final Journal journal;
    private final Limits.Insight limits;

    public ReportsResource(Journal journal, Limits.Insight limits) {
        this.journal = journal;
        this.limits = limits;
    }

    /** @param path the segments behind {@code reports} */
    HttpResponse answer(HttpRequest request, List<String> path) throws BadRequest {
        return switch (path.size()) {
            case 0 ->
                switch (request.method()) {
                    case "GET" -> list(request);
                    case "DELETE" -> delete(request);
                    default -> Answers.methodNotAllowed("GET, DELETE");
                };
            case 1 -> request.method().equals("GET") ? one(path.getFirst()) : Answers.methodNotAllowed("GET");
            default -> Answers.notFound();
        };
    }

    private HttpResponse list(HttpRequest request) throws BadRequest {
        onlyKnown(request.query(), PAGING);
        journal.flush();
        JournalPage page = journal.find(query(request.query()), top(request.query()));
        ObjectNode body = Answers.object();
        ArrayNode list = body.putArray("reports");
        page.reports().forEach(list::add);
        if (page.before() != null) {
            body.put("before", page.before());
        }
        return Answers.json(200, body);
    }

    private HttpResponse one(String id) {
        journal.flush();
        return journal.get(id)
                .map(report -> Answers.json(200, report))
                .orElseGet(() -> Answers.error(
                        404,
                        "UnknownReport",
                        "There is no report of this id. Reports are kept for "
                                + limits.reportMaxAge().toDays() + " days, the newest " + limits.reportsMax()
                                + " of them."));
    }

    private HttpResponse delete(HttpRequest request) throws BadRequest {
        onlyKnown(request.query(), Set.of());
        JournalQuery query = query(request.query());
        if (query.equals(JournalQuery.ALL)) {
            throw new BadRequest("Say which reports to delete: hub, device, address, reason, since or until.");
        }
        journal.flush();
        return Answers.json(200, Answers.object().put("deleted", journal.delete(query)));
    }

    /** A filter that is misspelled must not delete or show all. */
    private static void onlyKnown(Map<String, String> query, Set<String> more) throws BadRequest {
        Set<String> unknown = new TreeSet<>(query.keySet());
        unknown.removeAll(FILTERS);
        unknown.removeAll(more);
        if (!unknown.isEmpty()) {
            Set<String> known = new TreeSet<>(FILTERS);
            known.addAll(more);
            throw new BadRequest("The query has '" + unknown.iterator().next() + "', which is none of "
                    + String.join(", ", known) + ".");
        }
    }

    private static JournalQuery query(Map<String, String> query) throws BadRequest {
        String before = query.get("before");
        if (before != null && !ID.matcher(before).matches()) {
            throw new BadRequest("'before' is the id of a report, as the page before it gave it.");
        }
        String address = query.get("address");
        return new JournalQuery(
                query.get("hub"),
                query.get("device"),
                address == null ? null : AddressText.parse(address),
                query.get("reason"),
                time(query, "since"),
                time(query, "until"),
                before);
    }

    private static @Nullable Instant time(Map<String, String> query, String name) throws BadRequest {
        String text = query.get(name);
        try {
            return text == null ? null : Instant.parse(text);
        } catch (DateTimeParseException e) {
            throw new BadRequest("'" + name + "' is a time such as 2026-11-22T10:00:00Z.");
        }
    }

    private int top(Map<String, String> query) throws BadRequest {
        String text = query.getOrDefault("top", String.valueOf(USUAL));
        if (!text.matches("[0-9]{1,6}") || Integer.parseInt(text) < 1) {
            throw new BadRequest("'top' is a number of reports.");
        }
        return Math.min(Integer.parseInt(text), limits.pageMax());
    }
}
