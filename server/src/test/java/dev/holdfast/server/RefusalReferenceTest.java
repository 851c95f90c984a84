package dev.holdfast.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.reflect.Method;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** The page that explains the reason words to users has all of them and no others. */
class RefusalReferenceTest {
    private static final Path PAGE = Path.of("../docs/reference/refusals.md");

    /** Words that stand in the code as texts, beside the error or verdict that they go with. */
    private static final Pattern LITERAL = Pattern.compile(
            "(?:new ServiceFault\\(\\s*ServiceError\\.\\w+,|new PlainVerdict\\.Refused\\()\\s*\"([A-Z]\\w+)\"");

    /** Cases that carry a reason of another list and are reported by that one's word. */
    private static final Set<String> CARRIERS = Set.of(
            "NotAuthenticated",
            "NotTaken",
            "NotSent",
            "PlainRefused",
            "ChainRefused",
            "NotStanding",
            "NotPassed",
            "Faulted");

    @Test
    void every_reason_word_is_explained_and_no_other() throws Exception {
        assertThat(wordsOfThePage()).containsExactlyInAnyOrderElementsOf(wordsOfTheCode());
    }

    /** A list that is forgotten by the search would be forgotten by the page. */
    @Test
    void the_search_finds_lists_of_every_kind() throws Exception {
        assertThat(wordsOfTheCode())
                .contains(
                        "HelloMalformed",
                        "UnknownDevice",
                        "TwinRequestMalformed",
                        "UnknownPlainUser",
                        "TooManyBodies",
                        "OperatorTokenWrong",
                        "IotHubFormatError",
                        "UnknownPath",
                        "KeepAliveElapsed",
                        "ServerStopping")
                .doesNotContain("DeviceMissing");
    }

    /** From every closed list whose cases have a reason, wherever it is. */
    private static Set<String> wordsOfTheCode() throws Exception {
        Set<String> words = new TreeSet<>();
        for (RefusalLists.Source source : RefusalLists.sources()) {
            addWords(source, words);
        }
        words.removeAll(CARRIERS);
        return words;
    }

    private static void addWords(RefusalLists.Source source, Set<String> words) throws Exception {
        Matcher literal = LITERAL.matcher(source.text());
        while (literal.find()) {
            words.add(literal.group(1));
        }
        boolean errors = source.simpleName().equals("ServiceError");
        if (!errors && !source.isListOfRefusals()) {
            return;
        }
        Class<?> list = source.type();
        if (list.isSealed()) {
            RefusalLists.cases(list).map(Class::getSimpleName).forEach(words::add);
        } else if (list.isEnum()) {
            Method word = list.getDeclaredMethod(errors ? "wireName" : "reason");
            word.setAccessible(true);
            for (Object each : list.getEnumConstants()) {
                words.add(String.valueOf(word.invoke(each)));
            }
        }
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
