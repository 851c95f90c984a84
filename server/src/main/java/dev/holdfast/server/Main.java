package dev.holdfast.server;

import dev.holdfast.tls.listen.EngineSwitches;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import picocli.CommandLine;

/** The program behind {@code ./holdfast up}. */
public final class Main {
    private Main() {}

    public static void main(String[] arguments) {
        // Before anything uses TLS: the runtime reads these once.
        EngineSwitches.set();
        PrintWriter out = new PrintWriter(System.out, true, StandardCharsets.UTF_8);
        PrintWriter err = new PrintWriter(System.err, true, StandardCharsets.UTF_8);
        int status = new CommandLine(new UpCommand(System.getenv(), out, err))
                .setOut(out)
                .setErr(err)
                .execute(arguments);
        System.exit(status);
    }
}
