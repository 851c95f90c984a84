package dev.holdfast.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.wire.http.RequestFault;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The page that explains the reason words to users has all of them and no others. */
class RefusalReferenceTest {
    private static final Path PAGE = Path.of("../docs/reference/refusals.md");

    /** The closed lists whose cases are reported. Their names are given as text because some are of one package only. */
    private static final String[] LISTS = {
        "dev.holdfast.tls.report.HelloRefusal",
        "dev.holdfast.tls.report.VerdictRefusal",
        "dev.holdfast.tls.report.HandshakeFailure",
        "dev.holdfast.hub.identity.AuthenticationRefusal",
        "dev.holdfast.pki.ChainRefusal",
        "dev.holdfast.hub.device.mqtt.ConnectRefusal",
        "dev.holdfast.hub.device.mqtt.PublishRefusal",
        "dev.holdfast.hub.telemetry.TelemetryRefusal",
        "dev.holdfast.hub.link.LinkEnd",
        "dev.holdfast.hub.service.events.EventsRefusal",
        "dev.holdfast.wire.mqtt.MqttFault",
        "dev.holdfast.wire.amqp.AmqpRefusal",
    };

    /** Cases that carry a reason of another list and are reported by that one's word. */
    private static final Set<String> CARRIERS = Set.of("NotAuthenticated", "NotTaken", "PlainRefused", "ChainRefused");

    @Test
    void every_reason_word_is_explained_and_no_other() throws Exception {
        assertThat(wordsOfThePage()).containsExactlyInAnyOrderElementsOf(wordsOfTheCode());
    }

    private static Set<String> wordsOfTheCode() throws ClassNotFoundException {
        Set<String> words = new TreeSet<>();
        for (String list : LISTS) {
            cases(Class.forName(list)).map(Class::getSimpleName).forEach(words::add);
        }
        words.removeAll(CARRIERS);
        Arrays.stream(RequestFault.values()).map(RequestFault::reason).forEach(words::add);
        return words;
    }

    private static Stream<Class<?>> cases(Class<?> type) {
        return type.isSealed()
                ? Arrays.stream(type.getPermittedSubclasses()).flatMap(RefusalReferenceTest::cases)
                : Stream.of(type);
    }

    private static Set<String> wordsOfThePage() throws IOException {
        Set<String> words = new TreeSet<>();
        Matcher word = Pattern.compile("`([A-Z][A-Za-z0-9]+)`").matcher(Files.readString(PAGE));
        while (word.find()) {
            words.add(word.group(1));
        }
        return words;
    }
}
