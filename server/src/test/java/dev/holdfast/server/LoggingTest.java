package dev.holdfast.server;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.joran.JoranConfigurator;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.AppenderBase;
import ch.qos.logback.core.ConsoleAppender;
import ch.qos.logback.core.encoder.Encoder;
import dev.holdfast.base.Limits;
import dev.holdfast.tls.report.Report;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.slf4j.LoggerFactory;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The lines of the log, in both forms, whatever devices are called. */
final class LoggingTest {
    private static final String HOSTILE = "a\nb\r\nc\u0085d\u2028e\u2029f\u001b[2Jg\u009b1mh\u202ei\u0000j\u007fk\"}{";

    private final List<ILoggingEvent> events = new ArrayList<>();
    private final ch.qos.logback.classic.Logger logger =
            (ch.qos.logback.classic.Logger) LoggerFactory.getLogger("dev.holdfast.server.RefusalLog");
    private final AppenderBase<ILoggingEvent> appender = new AppenderBase<>() {
        @Override
        protected void append(ILoggingEvent event) {
            events.add(event);
        }
    };

    @BeforeEach
    void listen() {
        appender.start();
        logger.addAppender(appender);
        logger.setAdditive(false);
    }

    @AfterEach
    void endListening() {
        logger.detachAppender(appender);
        logger.setAdditive(true);
    }

    private static RefusalLog refusals() {
        return new RefusalLog(Limits.defaults().installation().refusalLines(), () -> 0);
    }

    private static Report report(String device, String explanation) {
        return new Report(
                Instant.EPOCH,
                "mqtt",
                new InetSocketAddress("192.0.2.7", 4711),
                UUID.randomUUID(),
                "hub1",
                device,
                "TokenExpired",
                explanation);
    }

    private String text() throws Exception {
        // The real configuration, in a context of its own.
        LoggerContext context = new LoggerContext();
        JoranConfigurator configurator = new JoranConfigurator();
        configurator.setContext(context);
        configurator.doConfigure(LoggingTest.class.getResource("/logback.xml"));
        ch.qos.logback.classic.AsyncAppender async = (ch.qos.logback.classic.AsyncAppender)
                context.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME).getAppender("async");
        ConsoleAppender<ILoggingEvent> console = (ConsoleAppender<ILoggingEvent>) async.getAppender("console");
        Encoder<ILoggingEvent> encoder = console.getEncoder();
        String text = new String(encoder.encode(events.getLast()), StandardCharsets.UTF_8);
        context.stop();
        return text;
    }

    private String json() {
        JsonLines lines = new JsonLines();
        lines.start();
        return new String(lines.encode(events.getLast()), StandardCharsets.UTF_8);
    }

    @Test
    void a_refusal_in_text_is_one_line_for_people() throws Exception {
        refusals().accept(report("d1", "The token ended."));
        assertThat(text())
                .matches(
                        "\\d{4}-\\d\\d-\\d\\dT[0-9:.]+Z WARN  RefusalLog"
                                + " mqtt 192\\.0\\.2\\.7:4711 hub=hub1 device=d1 TokenExpired: The token ended\\. \\[report [0-9a-f]{20}]\n");
    }

    @Test
    void a_refusal_in_json_has_a_member_for_each_fact() {
        refusals().accept(report("d1", "The token ended."));
        String line = json();
        assertThat(line).endsWith("}\n");
        JsonNode json = JsonMapper.shared().readTree(line);
        assertThat(json.path("time").asString()).matches("\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d\\.\\d{3}Z");
        assertThat(json.path("level").asString()).isEqualTo("WARN");
        assertThat(json.path("logger").asString()).isEqualTo("dev.holdfast.server.RefusalLog");
        assertThat(json.path("listener").asString()).isEqualTo("mqtt");
        assertThat(json.path("address").asString()).isEqualTo("192.0.2.7");
        assertThat(json.path("port").asInt()).isEqualTo(4711);
        assertThat(json.path("hub").asString()).isEqualTo("hub1");
        assertThat(json.path("device").asString()).isEqualTo("d1");
        assertThat(json.path("reason").asString()).isEqualTo("TokenExpired");
        assertThat(json.path("explanation").asString()).isEqualTo("The token ended.");
        assertThat(json.path("report").asString()).matches("[0-9a-f]{20}");
        assertThat(json.path("message").asString()).isEqualTo("mqtt 192.0.2.7:4711 hub=hub1 device=d1 TokenExpired");
    }

    @Test
    void what_is_not_known_is_no_member() {
        refusals()
                .accept(new Report(
                        Instant.EPOCH,
                        "mqtt",
                        new InetSocketAddress("192.0.2.7", 1),
                        UUID.randomUUID(),
                        null,
                        null,
                        "NotTls",
                        "x"));
        assertThat(JsonMapper.shared().readTree(json()).propertyNames()).doesNotContain("hub", "device", "stack");
    }

    @Test
    void a_hostile_name_forges_no_line_and_reaches_no_terminal() throws Exception {
        refusals().accept(report(HOSTILE, "For '" + HOSTILE + "'."));
        assertHarmless();
    }

    @ParameterizedTest
    @ValueSource(strings = {"argument", "message", "exception", "cause"})
    void a_hostile_text_does_no_harm_wherever_it_comes_in(String where) throws Exception {
        switch (where) {
            case "argument" -> logger.warn("about {}", HOSTILE);
            case "message" -> logger.warn("about " + HOSTILE);
            case "exception" -> logger.warn("failed", new IllegalStateException(HOSTILE));
            default -> logger.warn("failed", new IllegalStateException("x", new IllegalArgumentException(HOSTILE)));
        }
        assertHarmless();
    }

    private void assertHarmless() throws Exception {
        String json = json();
        assertThat(json.chars().filter(c -> c < ' ' || c > '~').toArray()).containsExactly('\n');
        assertThat(json).endsWith("}\n");
        assertThat(JsonMapper.shared().readTree(json).path("level").asString()).isEqualTo("WARN");
        String text = text();
        assertThat(text.codePoints()
                        .filter(c -> Character.getType(c) == Character.CONTROL
                                || Character.getType(c) == Character.FORMAT
                                || Character.getType(c) == Character.LINE_SEPARATOR
                                || Character.getType(c) == Character.PARAGRAPH_SEPARATOR)
                        .filter(c -> c != '\n' && c != '\t')
                        .toArray())
                .isEmpty();
        // Only the first line begins at the margin.
        assertThat(text.lines().skip(1)).allMatch(line -> line.startsWith("    "));
    }

    @Test
    void an_exception_is_in_json_with_its_stack() {
        logger.error("it broke", new IllegalStateException("outer", new IllegalArgumentException("inner")));
        JsonNode json = JsonMapper.shared().readTree(json());
        assertThat(json.path("message").asString()).isEqualTo("it broke");
        assertThat(json.path("stack").asString())
                .contains("IllegalStateException: outer", "Caused by: java.lang.IllegalArgumentException: inner");
    }

    @Test
    void the_exception_is_written_once_in_text() throws Exception {
        logger.error("it broke", new IllegalStateException("outer"));
        assertThat(text().split("IllegalStateException: outer", -1)).hasSize(2);
    }
}
