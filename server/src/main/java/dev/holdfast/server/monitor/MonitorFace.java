package dev.holdfast.server.monitor;

import dev.holdfast.wire.http.HttpFace;
import dev.holdfast.wire.http.HttpRequest;
import dev.holdfast.wire.http.HttpResponse;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** {@code /metrics}, {@code /health/ready} and {@code /health/live}: no token is asked for, so no secret and no device is in them. */
public final class MonitorFace implements HttpFace {
    private static final JsonMapper JSON = JsonMapper.shared();

    private final Health health;
    private final Exposition exposition;

    public MonitorFace(Health health, Exposition exposition) {
        this.health = health;
        this.exposition = exposition;
    }

    /** Everything: nobody else answers on its listener. */
    @Override
    public boolean claims(HttpRequest request) {
        return true;
    }

    /** Nobody has to say who asks; a body has no room on this listener. */
    @Override
    public @Nullable HttpResponse refusalOf(HttpRequest head) {
        return null;
    }

    @Override
    public HttpResponse answer(HttpRequest request) {
        if (!request.method().equals("GET")) {
            return text(405, "Only GET is possible here.").with("Allow", "GET, HEAD");
        }
        return switch (String.join("/", request.path())) {
            case "metrics" -> metrics(request);
            case "health/ready" -> health(health.state());
            case "health/live" -> health(new Health.State("live", null));
            default -> text(404, "There is /metrics, /health/ready and /health/live here.");
        };
    }

    private HttpResponse metrics(HttpRequest request) {
        Exposition.Page page = exposition.write(request.header("accept").orElse(""));
        return new HttpResponse(
                200, Map.of("Content-Type", page.contentType(), "Cache-Control", "no-store"), page.text());
    }

    private static HttpResponse health(Health.State state) {
        ObjectNode body = JSON.createObjectNode().put("status", state.status());
        if (state.reason() != null) {
            body.put("reason", state.reason());
        }
        return HttpResponse.json(state.isReady() ? 200 : 503, JSON.writeValueAsString(body))
                .with("Cache-Control", "no-store");
    }

    private static HttpResponse text(int status, String sentence) {
        return HttpResponse.json(
                status, JSON.writeValueAsString(JSON.createObjectNode().put("message", sentence)));
    }
}
