package dev.holdfast.testkit;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/** Runs a public command line tool as a peer. A tool that is missing fails the test, with the name of its Debian package. */
public final class Tool {
    private static final int TIMEOUT_SECONDS = 30;

    /** @param output standard output and error together, as they came */
    public record Result(int exitCode, String output) {}

    private Tool() {}

    /** Runs to its end with {@code input} on standard input, which is then closed. */
    public static Result run(String input, String... command) throws IOException, InterruptedException {
        Process process = start(List.of(command));
        try {
            CompletableFuture<String> output = CompletableFuture.supplyAsync(() -> readAll(process));
            try (OutputStream stdin = process.getOutputStream()) {
                stdin.write(input.getBytes(StandardCharsets.UTF_8));
            } catch (IOException _) {
                // It may have ended before it read everything; its output says why.
            }
            if (!process.waitFor(TIMEOUT_SECONDS, TimeUnit.SECONDS)) {
                process.destroyForcibly();
                throw new AssertionError(
                        command[0] + " did not end within " + TIMEOUT_SECONDS + " s; it said: " + output.join());
            }
            return new Result(process.exitValue(), output.join());
        } finally {
            process.destroyForcibly();
        }
    }

    private static Process start(List<String> command) {
        try {
            return new ProcessBuilder(command).redirectErrorStream(true).start();
        } catch (IOException e) {
            String debianPackage = switch (command.getFirst()) {
                case "gnutls-cli" -> "gnutls-bin";
                case "mosquitto_pub" -> "mosquitto-clients";
                default -> command.getFirst();
            };
            throw new AssertionError(
                    "'" + command.getFirst() + "' is needed for this test: apt-get install " + debianPackage, e);
        }
    }

    private static String readAll(Process process) {
        try {
            return new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            return "(its output could not be read: " + e + ")";
        }
    }
}
