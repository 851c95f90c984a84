package dev.holdfast.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.hub.identity.AuthenticationExplanation;
import dev.holdfast.hub.identity.AuthenticationRefusal;
import dev.holdfast.tls.report.TlsExplanation;
import dev.holdfast.tls.report.TlsRefusal;
import dev.holdfast.wire.amqp.AmqpRefusal;
import java.lang.reflect.Method;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every case of every closed list of refusals is explained in full sentences, one of which says what to do. */
class RefusalExplanationTest {
    private static final Instant NOW = Instant.parse("2026-11-22T10:00:00Z");

    private static final Pattern SENTENCES = Pattern.compile("[\\p{Lu}\\d'](?s:.{40,})\\.");

    /** A verb that tells somebody to do something, at the beginning of a sentence or a clause. */
    private static final Pattern ADVICE = Pattern.compile("(?:^|[.:;,] (?:or |and |then )?)"
            + "(?i:ask|check|choose|close|compare|connect|copy|correct|create|enable|find|get|give|have|install|issue|keep|let"
            + "|look|make|open|publish|put|raise|register|renew|send|set|show|sign|start|stop|turn|update|use|wait|write"
            + "|attach|percent-encode|read)\\b");

    /** What an array, a record or a missing value looks like in a sentence that was not written for it. */
    private static final Pattern RAW = Pattern.compile("\\bnull\\b|\\w\\[\\w|(?<![\\w'])\\[\\w|@[0-9a-f]{6}|\\.\\.");

    /** All but the one whose sentence is handed to it. */
    static Stream<Object> everyCase() throws Exception {
        List<Object> cases = new ArrayList<>();
        for (RefusalLists.Source source : RefusalLists.sources()) {
            if (source.isListOfRefusals() && source.type().isSealed()) {
                RefusalLists.cases(source.type())
                        .filter(each -> !each.equals(AmqpRefusal.PlainRefused.class))
                        .map(SampleValues::of)
                        .forEach(cases::add);
            }
        }
        return cases.stream().distinct();
    }

    @ParameterizedTest
    @MethodSource("everyCase")
    void is_explained_with_what_to_do(Object refusal) throws Exception {
        String explanation = explanationOf(refusal);

        assertThat(explanation).matches(SENTENCES).doesNotContainPattern(RAW);
        assertThat(explanation).containsPattern(ADVICE);
    }

    @Test
    void the_search_finds_lists_of_every_kind() throws Exception {
        assertThat(everyCase().map(each -> each.getClass().getSimpleName()))
                .contains(
                        "NotTls",
                        "NoCommonSuite",
                        "AlertReceived",
                        "TokenExpired",
                        "LeafNotYetValid",
                        "CertificateRevoked",
                        "KeepAliveElapsed",
                        "FrameTooLarge",
                        "UnknownHub",
                        "MessageTooLarge",
                        "UnknownTopic",
                        "ServerStopping")
                .hasSizeGreaterThan(130);
    }

    private static String explanationOf(Object refusal) throws Exception {
        return switch (refusal) {
            case TlsRefusal tls -> TlsExplanation.of(tls, NOW);
            case AuthenticationRefusal authentication -> AuthenticationExplanation.of(authentication);
            default -> {
                Method explain = refusal.getClass().getMethod("explain");
                explain.setAccessible(true);
                yield String.valueOf(explain.invoke(refusal));
            }
        };
    }
}
