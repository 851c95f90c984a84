package dev.holdfast.cli;

import dev.holdfast.cli.monitor.TelemetryEvent;
import dev.holdfast.cli.monitor.TelemetryListener;
import dev.holdfast.cli.monitor.TelemetryReader;
import dev.holdfast.cli.text.Printable;
import java.io.PrintWriter;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Base64;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** Prints messages, one a line. What devices send can't steer the terminal: control characters are shown as escapes. */
final class MonitorPrinter implements TelemetryListener {
    private static final JsonMapper JSON = JsonMapper.shared();

    private final PrintWriter out;
    private final PrintWriter err;
    private final @Nullable String device;
    private final boolean json;
    private @Nullable TelemetryReader reader;

    /** @param device whose messages are printed, null for all */
    MonitorPrinter(PrintWriter out, PrintWriter err, @Nullable String device, boolean json) {
        this.out = out;
        this.err = err;
        this.device = device;
        this.json = json;
    }

    /** Reading ends when nobody takes what is printed any more, as behind {@code | head}. */
    void endsWith(TelemetryReader running) {
        reader = running;
    }

    @Override
    public void connected(String hub, int partitions) {
        err.println("Reading telemetry of " + hub + ", " + partitions + " partitions. Ctrl-C ends it.");
    }

    @Override
    public void interrupted(String why, Duration retryIn) {
        err.println("The connection broke (" + why + "); trying again in " + retryIn.toSeconds() + " s.");
    }

    @Override
    public void event(TelemetryEvent event) {
        if (device != null && !device.equals(event.device())) {
            return;
        }
        out.println(json ? jsonLine(event) : textLine(event));
        TelemetryReader running = reader;
        if (out.checkError() && running != null) {
            running.close();
        }
    }

    static String textLine(TelemetryEvent event) {
        StringBuilder line = new StringBuilder();
        line.append(event.enqueuedTime())
                .append(' ')
                .append(Printable.of(sender(event)))
                .append(' ');
        line.append(Printable.of(text(event.body())
                .orElseGet(() -> "(" + event.body().length + " bytes) "
                        + Base64.getEncoder().encodeToString(event.body()))));
        event.properties()
                .forEach((name, value) -> line.append(' ')
                        .append(Printable.of(name))
                        .append('=')
                        .append(Printable.of(String.valueOf(value))));
        return line.toString();
    }

    private static String sender(TelemetryEvent event) {
        String module = event.module() == null ? "" : "/" + event.module();
        return (event.device() == null ? "?" : event.device()) + module;
    }

    static String jsonLine(TelemetryEvent event) {
        ObjectNode line = JSON.createObjectNode();
        line.put("device", event.device());
        if (event.module() != null) {
            line.put("module", event.module());
        }
        line.put("enqueuedTime", event.enqueuedTime().toString());
        line.put("partition", event.partition());
        line.put("sequenceNumber", event.sequenceNumber());
        addSystem(line, event);
        ObjectNode properties = line.putObject("properties");
        event.properties().forEach((name, value) -> properties.putPOJO(name, plain(value)));
        addBody(line, event);
        return JSON.writeValueAsString(line);
    }

    private static void addSystem(ObjectNode line, TelemetryEvent event) {
        putPresent(line, "messageId", event.system().messageId());
        putPresent(line, "correlationId", event.system().correlationId());
        putPresent(line, "contentType", event.system().contentType());
        putPresent(line, "contentEncoding", event.system().contentEncoding());
        ObjectNode annotations = line.putObject("annotations");
        event.annotations().forEach((name, value) -> annotations.putPOJO(name, plain(value)));
    }

    private static void putPresent(ObjectNode line, String name, @Nullable Object value) {
        if (value != null) {
            line.put(name, value.toString());
        }
    }

    /** As JSON where the sender says that it is, else as text where it is text, else in base64. */
    private static void addBody(ObjectNode line, TelemetryEvent event) {
        String contentType = event.system().contentType();
        if (contentType != null && contentType.startsWith("application/json")) {
            try {
                line.set("body", JSON.readTree(event.body()));
                return;
            } catch (JacksonException notWhatItSays) {
                line.put("bodyFault", "not the JSON that contentType says");
            }
        }
        text(event.body())
                .ifPresentOrElse(
                        text -> line.put("body", text),
                        () -> line.put("bodyBase64", Base64.getEncoder().encodeToString(event.body())));
    }

    private static Object plain(Object value) {
        return value instanceof Number || value instanceof Boolean ? value : value.toString();
    }

    private static Optional<String> text(byte[] body) {
        try {
            return Optional.of(StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(body))
                    .toString());
        } catch (CharacterCodingException notText) {
            return Optional.empty();
        }
    }
}
