package dev.holdfast.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.base.Commands;
import dev.holdfast.wire.amqp.AmqpRefusal;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every case of every closed list of refusals is explained in full sentences, one of which says what to do. */
class RefusalExplanationTest {
    private static final Pattern SENTENCES = Pattern.compile("[\\p{Lu}\\d'](?s:.{40,})\\.");

    /** A verb that tells somebody to do something, at the beginning of a sentence or a clause. */
    private static final Pattern ADVICE = Pattern.compile("(?:^|[.:;,] (?:or |and |then )?)"
            + "(?i:ask|check|choose|close|compare|connect|copy|correct|create|enable|find|get|give|have|install|issue|keep|let"
            + "|look|make|open|publish|put|raise|register|renew|say|send|set|show|sign|start|stop|turn|update|use|wait|write"
            + "|attach|percent-encode|read)\\b");

    /** What an array, a record or a missing value looks like in a sentence that was not written for it. */
    private static final Pattern RAW = Pattern.compile("\\bnull\\b|\\w\\[\\w|(?<![\\w'])\\[\\w|@[0-9a-f]{6}|\\.\\.");

    /** All but the one whose sentence is handed to it. */
    static Stream<Object> everyCase() throws Exception {
        List<Object> cases = new ArrayList<>();
        for (RefusalLists.Source source : RefusalLists.sources()) {
            if (source.isListOfRefusals()) {
                RefusalLists.samples(source)
                        .filter(each -> !(each instanceof AmqpRefusal.PlainRefused))
                        .forEach(cases::add);
            }
        }
        return cases.stream().distinct();
    }

    @ParameterizedTest
    @MethodSource("everyCase")
    void is_explained_with_what_to_do(Object refusal) throws Exception {
        String explanation = RefusalLists.explanationOf(refusal, Commands.OF_NO_HUB);

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
                        "ServerStopping",
                        "RequestFault",
                        "OperatorRefusal")
                .hasSizeGreaterThan(130);
    }

    /** They have no cases: each stands where the fault is found. */
    static Stream<String> faultSentences() throws Exception {
        Pattern fault = Pattern.compile("ServiceFault\\s*\\.of\\(\\s*ServiceError\\.(?!FEATURE_NOT_SUPPORTED)[^;]*;");
        Pattern literal = Pattern.compile("\"((?:[^\"\\\\]|\\\\.)*)\"");
        List<String> sentences = new ArrayList<>();
        for (RefusalLists.Source source : RefusalLists.sources()) {
            Matcher found = fault.matcher(source.text());
            while (found.find()) {
                Matcher part = literal.matcher(found.group());
                StringBuilder sentence = new StringBuilder();
                while (part.find()) {
                    sentence.append(part.group(1));
                }
                if (!sentence.isEmpty()) {
                    sentences.add(sentence.toString());
                }
            }
        }
        return sentences.stream();
    }

    @ParameterizedTest
    @MethodSource("faultSentences")
    void fault_is_told_with_what_to_do(String sentence) {
        assertThat(sentence).containsPattern(ADVICE);
    }

    @Test
    void the_search_finds_faults() throws Exception {
        assertThat(faultSentences()).hasSizeGreaterThan(15).anyMatch(each -> each.contains("api-version"));
    }
}
