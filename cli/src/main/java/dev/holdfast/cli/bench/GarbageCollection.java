package dev.holdfast.cli.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;

/** Asks a Java process to collect its garbage, so that what is left is what it needs. */
final class GarbageCollection {
    private static final long SECONDS = 60;

    private GarbageCollection() {}

    static void ask(long pid) throws BenchFailure, InterruptedException {
        Path jcmd = Path.of(System.getProperty("java.home"), "bin", "jcmd");
        if (!Files.isExecutable(jcmd)) {
            throw new BenchFailure("--collect needs a JDK: this Java runtime has no " + jcmd);
        }
        try {
            Process process = new ProcessBuilder(jcmd.toString(), Long.toString(pid), "GC.run")
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .start();
            if (!process.waitFor(SECONDS, TimeUnit.SECONDS)) {
                process.destroyForcibly();
                throw new BenchFailure("process " + pid + " did not collect its garbage within " + SECONDS + " s");
            }
            if (process.exitValue() != 0) {
                throw new BenchFailure(
                        "process " + pid + " can't be asked to collect its garbage; is it Java, and of the same user?");
            }
        } catch (IOException e) {
            throw new BenchFailure("jcmd can't be started (" + e.getMessage() + ")", e);
        }
    }
}
