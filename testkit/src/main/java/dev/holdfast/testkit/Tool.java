package dev.holdfast.testkit;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * A public command line tool as a peer. A tool that is missing fails the test, with the name of its Debian package. Nothing waits
 * longer than a minute, and closing ends the process.
 */
public final class Tool implements AutoCloseable {
    private static final long TIMEOUT_SECONDS = 60;

    /** @param output standard output and error together, as they came */
    public record Result(int exitCode, String output) {}

    private final String name;
    private final Process process;
    private final Object lock = new Object();
    private final StringBuilder output = new StringBuilder();
    private boolean outputEnded;

    private Tool(String name, Process process) {
        this.name = name;
        this.process = process;
        Thread.ofVirtual().name("output of " + name).start(this::collect);
    }

    public static Tool start(String... command) {
        try {
            return new Tool(
                    command[0],
                    new ProcessBuilder(List.of(command))
                            .redirectErrorStream(true)
                            .start());
        } catch (IOException e) {
            String debianPackage = switch (command[0]) {
                case "gnutls-cli" -> "gnutls-bin";
                case "mosquitto_pub" -> "mosquitto-clients";
                default -> command[0];
            };
            throw new AssertionError(
                    "'" + command[0] + "' is needed for this test: apt-get install " + debianPackage, e);
        }
    }

    /** Runs to its end with {@code input} on standard input, which is then closed. */
    public static Result run(String input, String... command) throws InterruptedException {
        try (Tool tool = start(command)) {
            return tool.say(input).finish();
        }
    }

    /** Puts text on standard input; does nothing when the tool has ended. */
    public Tool say(String text) {
        try {
            process.getOutputStream().write(text.getBytes(StandardCharsets.UTF_8));
            process.getOutputStream().flush();
        } catch (IOException _) {
            // It has ended; its output says why.
        }
        return this;
    }

    /** Waits until the output holds a text or has ended; true when it holds it. */
    public boolean hears(String text) throws InterruptedException {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(TIMEOUT_SECONDS);
        synchronized (lock) {
            while (output.indexOf(text) < 0 && !outputEnded) {
                long left = TimeUnit.NANOSECONDS.toMillis(end - System.nanoTime());
                if (left <= 0) {
                    throw new AssertionError(name + " did not say '" + text + "' but: " + output);
                }
                lock.wait(left);
            }
            return output.indexOf(text) >= 0;
        }
    }

    /** Closes standard input and waits for the end. */
    public Result finish() throws InterruptedException {
        try {
            process.getOutputStream().close();
        } catch (IOException _) {
            // It has ended.
        }
        if (!process.waitFor(TIMEOUT_SECONDS, TimeUnit.SECONDS)) {
            throw new AssertionError(name + " did not end within " + TIMEOUT_SECONDS + " s; it said: " + said());
        }
        hears("\u0000 nothing says this: wait for the end of the output");
        return new Result(process.exitValue(), said());
    }

    private String said() {
        synchronized (lock) {
            return output.toString();
        }
    }

    private void collect() {
        byte[] buffer = new byte[8192];
        try (InputStream in = process.getInputStream()) {
            for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
                append(new String(buffer, 0, read, StandardCharsets.ISO_8859_1), false);
            }
        } catch (IOException e) {
            append("(its output could not be read: " + e + ")", false);
        }
        append("", true);
    }

    private void append(String text, boolean last) {
        synchronized (lock) {
            output.append(text);
            outputEnded |= last;
            lock.notifyAll();
        }
    }

    @Override
    public void close() {
        process.destroyForcibly();
    }
}
