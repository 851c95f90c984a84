package dev.holdfast.server;

import dev.holdfast.base.Commands;
import dev.holdfast.hub.identity.AuthenticationExplanation;
import dev.holdfast.hub.identity.AuthenticationRefusal;
import dev.holdfast.hub.link.LinkEnd;
import dev.holdfast.tls.report.TlsExplanation;
import dev.holdfast.tls.report.TlsRefusal;
import java.io.IOException;
import java.lang.reflect.Method;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/** The closed lists of reasons by which connections are refused or ended, found in the sources. */
final class RefusalLists {
    private static final Instant NOW = Instant.parse("2026-11-22T10:00:00Z");

    private static final List<String> MODULES = List.of("base", "pki", "store", "wire", "tls", "hub", "server");

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
            "RootChangeFault",
            "FaultRuleRefusal");

    private RefusalLists() {}

    /** @param name of the class that the file is for */
    record Source(String name, String text) {
        String simpleName() {
            return name.substring(name.lastIndexOf('.') + 1);
        }

        /** Of refusals or of answers. */
        boolean isList() {
            return text.contains("String reason()");
        }

        boolean isListOfRefusals() {
            return isList() && !ANSWERS.contains(simpleName());
        }

        Class<?> type() throws ClassNotFoundException {
            return Class.forName(name);
        }
    }

    static List<Source> sources() throws IOException {
        List<Source> found = new ArrayList<>();
        for (String module : MODULES) {
            Path sources = Path.of("..", module, "src/main/java");
            try (Stream<Path> files = Files.walk(sources)) {
                for (Path file :
                        files.filter(each -> each.toString().endsWith(".java")).toList()) {
                    String name = sources.relativize(file)
                            .toString()
                            .replace(".java", "")
                            .replace('/', '.');
                    found.add(new Source(name, Files.readString(file)));
                }
            }
        }
        return found;
    }

    /** A sample of every case: of a sealed type's records, and the constants of an enum. */
    static Stream<Object> samples(Source list) throws ClassNotFoundException {
        Class<?> type = list.type();
        return type.isEnum()
                ? Arrays.stream(type.getEnumConstants())
                : type.isSealed() ? cases(type).map(SampleValues::of) : Stream.empty();
    }

    /** What a person is told about a case. */
    static String explanationOf(Object refusal, Commands commands) throws ReflectiveOperationException {
        return switch (refusal) {
            case TlsRefusal tls -> TlsExplanation.of(tls, NOW, commands);
            case AuthenticationRefusal authentication -> AuthenticationExplanation.of(authentication, commands);
            case LinkEnd end -> end.explain(commands, "thermometer-7");
            default -> {
                Method explain = Arrays.stream(refusal.getClass().getMethods())
                        .filter(method -> method.getName().equals("explain"))
                        .findFirst()
                        .orElse(null);
                if (explain == null) {
                    explain = refusal.getClass().getDeclaredMethod("explain");
                }
                explain.setAccessible(true);
                yield String.valueOf(
                        explain.getParameterCount() == 0 ? explain.invoke(refusal) : explain.invoke(refusal, commands));
            }
        };
    }

    /** What a sealed type permits, all the way down. */
    static Stream<Class<?>> cases(Class<?> type) {
        return type.isSealed()
                ? Arrays.stream(type.getPermittedSubclasses()).flatMap(RefusalLists::cases)
                : Stream.of(type);
    }
}
