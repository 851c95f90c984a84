package dev.holdfast.cli;

import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Map;
import picocli.CommandLine;

/** The program behind {@code ./holdfast}, for everything but {@code up} and {@code test}. */
public final class Main {
    private Main() {}

    public static void main(String[] arguments) {
        PrintWriter out = new PrintWriter(System.out, true, StandardCharsets.UTF_8);
        PrintWriter err = new PrintWriter(System.err, true, StandardCharsets.UTF_8);
        int status = run(System.getenv(), out, err, arguments);
        out.flush();
        err.flush();
        System.exit(status);
    }

    /** Runs a command; 0 done, 1 refused or failed with one sentence on {@code err}, 2 wrong use. */
    static int run(Map<String, String> environment, PrintWriter out, PrintWriter err, String... arguments) {
        int status = commands(environment)
                .setOut(out)
                .setErr(err)
                .setExecutionExceptionHandler((failure, command, _) -> {
                    command.getErr().println("holdfast: " + sentence(failure));
                    return CommandLine.ExitCode.SOFTWARE;
                })
                .execute(arguments);
        // Flushes: a writer keeps silent about a full disk or a closed pipe.
        if (status == 0 && out.checkError()) {
            err.println(
                    "holdfast: not all of the output could be written; is the disk full, or was the reader closed?");
            return CommandLine.ExitCode.SOFTWARE;
        }
        return status;
    }

    /** All commands, to parse what a person types or what a sentence recommends. */
    public static CommandLine commands(Map<String, String> environment) {
        return new CommandLine(new HoldfastCommand())
                .addSubcommand(HubCommand.line(environment))
                .addSubcommand(DeviceCommand.line(environment))
                .addSubcommand(ModuleCommand.line(environment))
                .addSubcommand(PolicyCommand.line(environment))
                .addSubcommand(FleetCommand.line(environment))
                .addSubcommand(CertCommand.line(environment))
                .addSubcommand(FaultCommand.line(environment))
                .addSubcommand(TlsCommand.line(environment))
                .addSubcommand(new MonitorCommand(environment))
                .addSubcommand(new StatusCommand(environment))
                .addSubcommand(new WhyCommand(environment))
                .addSubcommand(new DoctorCommand(environment))
                .addSubcommand(new BackupCommand(environment))
                .addSubcommand(new RestoreCommand(environment))
                .addSubcommand(BenchCommand.line(environment))
                .addSubcommand(new VersionCommand())
                .setCaseInsensitiveEnumValuesAllowed(true);
    }

    /** A failure that nobody foresaw is told by its place alone: its message may hold anything, a token for example. */
    static String sentence(Exception failure) {
        return failure instanceof CommandFailure expected
                ? expected.sentence()
                : "this should not happen (" + failure.getClass().getSimpleName() + " at " + place(failure)
                        + "); please report it.";
    }

    private static String place(Exception failure) {
        return Arrays.stream(failure.getStackTrace())
                .filter(frame -> frame.getClassName().startsWith("dev.holdfast."))
                .findFirst()
                .map(frame -> frame.getFileName() + ":" + frame.getLineNumber())
                .orElse("an unknown place");
    }
}
