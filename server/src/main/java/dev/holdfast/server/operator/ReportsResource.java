package dev.holdfast.server.operator;

import dev.holdfast.base.Limits;
import dev.holdfast.insight.journal.Journal;
import dev.holdfast.insight.journal.JournalPage;
import dev.holdfast.insight.journal.JournalQuery;
import dev.holdfast.wire.http.HttpRequest;
import dev.holdfast.wire.http.HttpResponse;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** {@code reports}: why connections were refused. */
public final class ReportsResource {
    private static final int USUAL = 100;
    private static final Set<String> FILTERS = Set.of("hub", "device", "address", "reason", "since", "until");
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
        QueryParameters asked = QueryParameters.read(request, FILTERS, "before", "top");
        journal.flush();
        JournalPage page = journal.find(query(asked), asked.top("reports", USUAL, limits.pageMax()));
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
        JournalQuery query = query(QueryParameters.read(request, FILTERS));
        if (query.equals(JournalQuery.ALL)) {
            throw new BadRequest("Say which reports to delete: hub, device, address, reason, since or until.");
        }
        journal.flush();
        return Answers.json(200, Answers.object().put("deleted", journal.delete(query)));
    }

    private static JournalQuery query(QueryParameters asked) throws BadRequest {
        String before = asked.text("before");
        if (before != null && !ID.matcher(before).matches()) {
            throw new BadRequest("'before' is the id of a report, as the page before it gave it.");
        }
        return new JournalQuery(
                asked.text("hub"),
                asked.text("device"),
                asked.address("address"),
                asked.text("reason"),
                asked.time("since"),
                asked.time("until"),
                before);
    }
}
