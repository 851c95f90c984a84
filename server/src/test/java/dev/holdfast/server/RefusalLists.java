package dev.holdfast.server;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/** The closed lists of reasons by which connections are refused or ended, found in the sources. */
final class RefusalLists {
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
            "RootChangeFault");

    private RefusalLists() {}

    /** @param name of the class that the file is for */
    record Source(String name, String text) {
        String simpleName() {
            return name.substring(name.lastIndexOf('.') + 1);
        }

        boolean isListOfRefusals() {
            return text.contains("String reason()") && !ANSWERS.contains(simpleName());
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

    /** What a sealed type permits, all the way down. */
    static Stream<Class<?>> cases(Class<?> type) {
        return type.isSealed()
                ? Arrays.stream(type.getPermittedSubclasses()).flatMap(RefusalLists::cases)
                : Stream.of(type);
    }
}
