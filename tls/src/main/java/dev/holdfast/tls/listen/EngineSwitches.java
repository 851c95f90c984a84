package dev.holdfast.tls.listen;

import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.Set;

/** What the Java runtime's engine can only be told by system properties, for all of the JVM; read at its first server handshake. */
final class EngineSwitches {
    private static final String IGNORED_BY_SERVER = "jdk.tls.server.disableExtensions";

    private EngineSwitches() {}

    /**
     * Lets the engine ignore SNI. It ends the handshake of a client whose name it finds malformed, among them IPv6 addresses,
     * names with '_' and names with a dot at the end, all of which are in use; and it need not know, because the name has chosen
     * policy and chain before there is an engine.
     */
    static void set() {
        Set<String> ignored = new LinkedHashSet<>(
                Arrays.asList(System.getProperty(IGNORED_BY_SERVER, "").split("\\s*,\\s*")));
        ignored.remove("");
        ignored.add("server_name");
        System.setProperty(IGNORED_BY_SERVER, String.join(",", ignored));
    }
}
