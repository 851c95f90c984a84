package dev.holdfast.conformance;

import com.google.gson.GsonBuilder;
import com.google.gson.JsonElement;
import com.google.gson.JsonNull;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import com.google.gson.JsonPrimitive;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.StreamSupport;

/** The Java SDKs for devices and services as clients of the matrix: commands and answers as lines of JSON, as program.js of the Node tests says. */
final class MatrixDevices {
    private final PrintStream out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
    private final Map<Integer, MatrixSession> sessions = new ConcurrentHashMap<>();

    /** Serves until the input ends. */
    void serve() {
        try (BufferedReader in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8))) {
            for (String line = in.readLine(); line != null; line = in.readLine()) {
                JsonObject command = JsonParser.parseString(line).getAsJsonObject();
                Thread.ofPlatform().daemon().start(() -> run(command));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void run(JsonObject command) {
        JsonObject answer = new JsonObject();
        answer.add("id", command.get("id"));
        try {
            JsonElement value = done(command);
            answer.add("value", value == null ? JsonNull.INSTANCE : value);
        } catch (Exception | AssertionError e) {
            answer.addProperty("error", e.getClass().getSimpleName() + ": " + e.getMessage());
        }
        write(answer);
    }

    private JsonElement done(JsonObject command) throws Exception {
        int number = command.get("session").getAsInt();
        JsonElement with = command.get("with");
        if (command.get("do").getAsString().equals("service")) {
            JsonObject what = with.getAsJsonObject();
            new MatrixService(what)
                    .run(what.get("feature").getAsString(), what.has("text") ? what.get("text").getAsString() : "");
            return null;
        }
        MatrixSession session = sessions.get(number);
        switch (command.get("do").getAsString()) {
            case "open" -> {
                MatrixSession opened =
                        new MatrixSession(with.getAsJsonObject(), (event, value) -> tell(number, event, value));
                sessions.put(number, opened);
                opened.open();
            }
            case "send" -> session.send(with.getAsString());
            case "sendBatch" ->
                session.sendBatch(StreamSupport.stream(with.getAsJsonArray().spliterator(), false)
                        .map(JsonElement::getAsString)
                        .toList());
            case "getTwin" -> {
                return session.twin();
            }
            case "report" -> session.report(with.getAsJsonObject());
            case "onDesired" -> session.listenToDesired();
            case "onMethod" -> session.answerMethods();
            case "onMessage" -> session.listenToMessages();
            case "close" -> session.close();
            default -> throw new IllegalArgumentException("no such command");
        }
        return null;
    }

    private void tell(int session, String event, JsonElement value) {
        JsonObject told = new JsonObject();
        told.add("session", new JsonPrimitive(session));
        told.addProperty("event", event);
        told.add("value", value);
        write(told);
    }

    private synchronized void write(JsonObject line) {
        out.println(new GsonBuilder().serializeNulls().create().toJson(line));
    }
}
