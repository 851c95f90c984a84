package dev.holdfast.cli.doctor;

import dev.holdfast.base.Limits;
import dev.holdfast.cli.text.Sizes;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** The machine: Java, randomness, time, room on the disk. Needs no server. */
public final class MachineChecks {
    private static final int JAVA_MIN = 25;
    /** What a key of 256 bits is made of; kernels since 5.18 always say 256. */
    private static final int ENTROPY_MIN_BITS = 128;

    private static final long ANSWER_MAX_SECONDS = 5;
    private static final long DISK_WARN_BYTES = 1_000_000_000L;
    private static final Path ENTROPY = Path.of("/proc/sys/kernel/random/entropy_avail");
    /** Where systemd-timesyncd notes that it has set the clock. */
    private static final Path TIME_IS_SET = Path.of("/run/systemd/timesync/synchronized");

    private MachineChecks() {}

    public static List<Finding> of(Path data) {
        return List.of(java(), entropy(), random(), clock(), disk(data));
    }

    private static Finding java() {
        Runtime.Version version = Runtime.version();
        String what = "Java " + version + " of " + System.getProperty("java.vendor", "an unknown vendor");
        return version.feature() >= JAVA_MIN
                ? Finding.ok("java", what + ".")
                : Finding.failed(
                        "java", what + ": install a JDK " + JAVA_MIN + " under /usr/lib/jvm or set JAVA_HOME.");
    }

    private static Finding entropy() {
        try {
            int bits = Integer.parseInt(Files.readString(ENTROPY).strip());
            return bits >= ENTROPY_MIN_BITS
                    ? Finding.ok("entropy", "The system has " + bits + " bits of entropy.")
                    : Finding.warning(
                            "entropy",
                            "The system has only " + bits + " bits of entropy, so that keys may be late: give a virtual"
                                    + " machine a source (virtio-rng), or install rng-tools.");
        } catch (IOException | NumberFormatException _) {
            return Finding.unknown("entropy", "This system does not say how much entropy it has.");
        }
    }

    private static Finding random() {
        CompletableFuture<byte[]> answer = CompletableFuture.supplyAsync(() -> {
            byte[] bytes = new byte[32];
            new SecureRandom().nextBytes(bytes);
            return bytes;
        });
        try {
            answer.get(ANSWER_MAX_SECONDS, TimeUnit.SECONDS);
            return Finding.ok("random numbers", "Java's source of random numbers answers.");
        } catch (TimeoutException | ExecutionException _) {
            return Finding.failed(
                    "random numbers",
                    "Java's source of random numbers does not answer within " + ANSWER_MAX_SECONDS
                            + " s; keys can't be made. Give the machine a source of entropy, such as virtio-rng.");
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
            return Finding.unknown("random numbers", "Nobody waited for the answer.");
        }
    }

    private static Finding clock() {
        Optional<Boolean> said = timedatectl();
        boolean set = said.orElseGet(() -> Files.exists(TIME_IS_SET));
        if (set) {
            return Finding.ok("clock is set", "The system says that its clock is synchronised.");
        }
        return said.isPresent()
                ? Finding.warning(
                        "clock is set",
                        "The system says that its clock is not synchronised: turn that on ('timedatectl set-ntp true'), since"
                                + " certificates and tokens are judged by it.")
                : Finding.unknown(
                        "clock is set",
                        "This system does not say whether its clock is synchronised; compare it with a clock that you"
                                + " trust.");
    }

    /** Empty where systemd does not answer. */
    private static Optional<Boolean> timedatectl() {
        try {
            Process asked = new ProcessBuilder("timedatectl", "show", "--property=NTPSynchronized", "--value")
                    .redirectErrorStream(true)
                    .start();
            try {
                if (!asked.waitFor(ANSWER_MAX_SECONDS, TimeUnit.SECONDS) || asked.exitValue() != 0) {
                    return Optional.empty();
                }
                String answer = new String(asked.getInputStream().readNBytes(100), StandardCharsets.US_ASCII).strip();
                return switch (answer) {
                    case "yes" -> Optional.of(true);
                    case "no" -> Optional.of(false);
                    default -> Optional.empty();
                };
            } finally {
                asked.destroyForcibly();
            }
        } catch (IOException _) {
            return Optional.empty();
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
            return Optional.empty();
        }
    }

    private static Finding disk(Path data) {
        long min = Limits.defaults().installation().monitoring().diskFreeMinBytes();
        try {
            long free = Files.getFileStore(data).getUsableSpace();
            String what = Sizes.of(free) + " are free on the disk of " + data;
            if (free < min) {
                return Finding.failed("disk", what + ", and the server needs " + Sizes.of(min) + ": make room.");
            }
            return free < DISK_WARN_BYTES
                    ? Finding.warning(
                            "disk", what + ": telemetry will soon not fit; make room or keep it for fewer days.")
                    : Finding.ok("disk", what + ".");
        } catch (IOException _) {
            return Finding.unknown("disk", "The room on the disk of " + data + " can't be found out.");
        }
    }
}
