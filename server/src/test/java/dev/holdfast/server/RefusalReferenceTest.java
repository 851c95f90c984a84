package dev.holdfast.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.reflect.Method;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The page that explains the reason words to users has all of them and no others. */
class RefusalReferenceTest {
    private static final Path PAGE = Path.of("../docs/reference/refusals.md");

    /** Words that stand in the code as texts, beside the error or verdict that they go with. */
    private static final Pattern LITERAL = Pattern.compile(
            "(?:new ServiceFault\\(\\s*ServiceError\\.\\w+,|new PlainVerdict\\.Refused\\()\\s*\"([A-Z]\\w+)\"");

    /** Closed lists that are only answers to whoever asked, the operator for one, and that no connection ends by. */
    private static final Set<String> ANSWERS = Set.of(
            "HubRefusal",
            "PolicyRefusal",
            "RegistryRefusal",
            "AuthorityRefusal",
            "AuthorityFault",
            "DenialRefusal",
            "RevocationListFault",
            "ListRefusal",
            "ServerChainFault",
            "RootChangeFault");

    /** Cases that carry a reason of another list and are reported by that one's word. */
    private static final Set<String> CARRIERS =
            Set.of("NotAuthenticated", "NotTaken", "PlainRefused", "ChainRefused", "NotStanding");

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
                        "DeviceOverAmqp",
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
        for (String module : List.of("base", "pki", "store", "wire", "tls", "hub", "server")) {
            Path sources = Path.of("..", module, "src/main/java");
            try (Stream<Path> files = Files.walk(sources)) {
                for (Path file :
                        files.filter(each -> each.toString().endsWith(".java")).toList()) {
                    addWords(sources, file, words);
                }
            }
        }
        words.removeAll(CARRIERS);
        return words;
    }

    private static void addWords(Path sources, Path file, Set<String> words) throws Exception {
        String text = Files.readString(file);
        Matcher literal = LITERAL.matcher(text);
        while (literal.find()) {
            words.add(literal.group(1));
        }
        String name = sources.relativize(file).toString().replace(".java", "").replace('/', '.');
        String simpleName = name.substring(name.lastIndexOf('.') + 1);
        boolean errors = simpleName.equals("ServiceError");
        if (!errors && (!text.contains("String reason()") || ANSWERS.contains(simpleName))) {
            return;
        }
        Class<?> list = Class.forName(name);
        if (list.isSealed()) {
            cases(list).map(Class::getSimpleName).forEach(words::add);
        } else if (list.isEnum()) {
            Method word = list.getDeclaredMethod(errors ? "wireName" : "reason");
            word.setAccessible(true);
            for (Object each : list.getEnumConstants()) {
                words.add(String.valueOf(word.invoke(each)));
            }
        }
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
