package dev.holdfast.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.holdfast.base.Commands;
import dev.holdfast.base.HubName;
import dev.holdfast.cli.Main;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import picocli.CommandLine;
import picocli.CommandLine.ParseResult;

/** Every command that a refusal recommends can be given as it is printed, and is about the hub that refused. */
class RefusalCommandsTest {
    private static final HubName HUB = new HubName("plant-7");
    private static final Pattern QUOTED = Pattern.compile("'holdfast ([^']*)'");
    private static final Pattern ANY = Pattern.compile("(?<!\\w)holdfast [a-z]");
    private static final Pattern PLACEHOLDER = Pattern.compile("[A-Z][A-Z0-9-]{1,11}");

    /** What only whoever gives the command can know, by the command. */
    private static final Map<String, Set<String>> OPEN = Map.of(
            "cert authority add", Set.of("NAME"),
            "policy set", Set.of("NAME"),
            "hub access-policy create", Set.of("NAME"),
            "cert authority revocation", Set.of("NAME", "URL"),
            "cert server root remove", Set.of("SHA-256"),
            "device set", Set.of("HEX"),
            "module set", Set.of("HEX"));

    static Stream<Object> everyCase() throws Exception {
        List<Object> cases = new ArrayList<>();
        for (RefusalLists.Source source : RefusalLists.sources()) {
            if (source.isList()) {
                RefusalLists.samples(source).forEach(cases::add);
            }
        }
        return cases.stream().distinct();
    }

    @ParameterizedTest
    @MethodSource("everyCase")
    void can_be_given_as_printed(Object refusal) throws Exception {
        String explanation = RefusalLists.explanationOf(refusal, new Commands(HUB));

        Matcher quoted = QUOTED.matcher(explanation);
        while (quoted.find()) {
            judge(quoted.group(1));
        }
        assertThat(ANY.matcher(explanation).results().count())
                .as("each one stands in quotes: %s", explanation)
                .isEqualTo(QUOTED.matcher(explanation).results().count());
    }

    private static void judge(String command) {
        ParseResult parsed = Main.commands(Map.of()).parseArgs(command.split(" "));
        ParseResult last = parsed;
        List<String> names = new ArrayList<>();
        while (last.hasSubcommand()) {
            last = last.subcommand();
            names.add(last.commandSpec().name());
        }
        String name = String.join(" ", names);
        if (last.commandSpec().findOption("--hub") != null && !name.startsWith("fleet")) {
            assertThat(command).endsWith(" --hub " + HUB);
        }
        Set<String> open = new TreeSet<>();
        for (String word : command.split(" ")) {
            if (PLACEHOLDER.matcher(word).matches()) {
                open.add(word);
            }
        }
        assertThat(OPEN.getOrDefault(name, Set.of())).as("%s", command).containsAll(open);
    }

    /** A search that finds nothing would find no fault. */
    @Test
    void the_search_finds_commands() throws Exception {
        Set<String> commands = new TreeSet<>();
        for (Object refusal : everyCase().toList()) {
            Matcher quoted = QUOTED.matcher(RefusalLists.explanationOf(refusal, new Commands(HUB)));
            while (quoted.find()) {
                commands.add(quoted.group(1));
            }
        }
        assertThat(commands)
                .contains(
                        "module create sample/sample --hub plant-7",
                        "device enable thermometer-7 --hub plant-7",
                        "cert authority add NAME --file CA.pem --hub plant-7",
                        "policy set plant-7 NAME",
                        "cert bundle --hub plant-7")
                .anyMatch(each -> each.startsWith("cert deny remove "))
                .hasSizeGreaterThan(20);
    }

    /** Proves that the judge refuses something. */
    @Test
    void command_that_lacks_an_argument_is_found() {
        assertThat(catchThrowable(() -> judge("cert crl show --hub plant-7")))
                .isInstanceOf(CommandLine.MissingParameterException.class);
        assertThat(catchThrowable(() -> judge("device enable dev1"))).isInstanceOf(AssertionError.class);
    }
}
