package dev.holdfast.insight.drill;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** A drill and its members as they are stored and shown. */
public final class DrillDocument {
    private DrillDocument() {}

    /** Without the members. */
    public static ObjectNode of(Drill drill) {
        DrillPlan plan = drill.plan();
        ObjectNode json = JsonMapper.shared()
                .createObjectNode()
                .put("hub", plan.hub())
                .put("world", plan.world())
                .put("keyType", plan.keyType())
                .put("root", plan.root())
                .put("rootSubject", plan.rootSubject())
                .put("leftOut", plan.leftOut())
                .put("refusedMax", plan.refusedMax())
                .put("patienceSeconds", plan.patience().toSeconds())
                .put("state", drill.state().word())
                .put("started", drill.started().toString());
        put(json, "ended", drill.ended());
        put(json, "because", drill.because());
        Cohort cohort = plan.cohort();
        ObjectNode chosen = json.putObject("cohort").put("percent", cohort.percent());
        add(chosen.putArray("devices"), cohort.devices());
        add(chosen.putArray("addresses"), cohort.addresses());
        add(chosen.putArray("serverNames"), cohort.serverNames());
        add(chosen.putArray("fingerprints"), cohort.shapes());
        return json;
    }

    /** Nobody is shown any chain before it is given one. */
    static Drill read(JsonNode json, Collection<Member> members, InstantSource clock, LongSupplier nanoTime) {
        JsonNode chosen = json.path("cohort");
        Cohort cohort = new Cohort(
                texts(chosen.path("devices")),
                chosen.path("percent").asInt(),
                texts(chosen.path("addresses")),
                texts(chosen.path("serverNames")),
                texts(chosen.path("fingerprints")));
        DrillPlan plan = new DrillPlan(
                json.path("hub").asString(),
                json.path("world").asString(),
                json.path("keyType").asString(),
                json.path("root").asString(),
                json.path("rootSubject").asString(),
                cohort,
                json.path("leftOut").asInt(0),
                json.path("refusedMax").asInt(),
                Duration.ofSeconds(json.path("patienceSeconds").asLong()));
        return new Drill(
                plan,
                Instant.parse(json.path("started").asString()),
                state(json.path("state").asString()),
                json.path("because").asString(null),
                time(json.path("ended")),
                members,
                clock,
                nanoTime);
    }

    public static ObjectNode of(Member member) {
        ObjectNode json = JsonMapper.shared()
                .createObjectNode()
                .put("device", member.device())
                .put("listener", member.place().listener())
                .put("address", member.place().address())
                .put("fingerprint", member.place().shape())
                .put("outcome", member.outcome().word())
                .put("back", member.back())
                .put("lastAttempt", member.last().name().toLowerCase(Locale.ROOT))
                .put("wentAway", member.gone());
        put(json, "serverName", member.place().serverName());
        put(json, "at", member.at());
        put(json, "why", member.why());
        return json;
    }

    static Member member(JsonNode json) {
        return new Member(
                json.path("device").asString(),
                new Place(
                        json.path("listener").asString(),
                        json.path("address").asString(),
                        json.path("fingerprint").asString(),
                        json.path("serverName").asString(null)),
                Outcome.of(json.path("outcome").asString()).orElseThrow(),
                time(json.path("at")),
                json.path("why").asString(null),
                json.path("back").asBoolean(),
                Attempt.valueOf(json.path("lastAttempt").asString().toUpperCase(Locale.ROOT)),
                json.path("wentAway").asInt());
    }

    private static DrillState state(String word) {
        for (DrillState each : DrillState.values()) {
            if (each.word().equals(word)) {
                return each;
            }
        }
        throw new IllegalArgumentException("no state of a drill: " + word);
    }

    private static @Nullable Instant time(JsonNode json) {
        return json.isString() ? Instant.parse(json.asString()) : null;
    }

    private static List<String> texts(JsonNode list) {
        List<String> texts = new ArrayList<>();
        list.forEach(each -> texts.add(each.asString()));
        return texts;
    }

    private static void add(ArrayNode json, List<String> texts) {
        texts.forEach(json::add);
    }

    private static void put(ObjectNode json, String member, @Nullable Object value) {
        if (value != null) {
            json.put(member, value.toString());
        }
    }
}
