package dev.holdfast.cli.bench;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Consumer;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;

/** Devices that are registered and never connect, made in bulk. Closing it deletes them. */
final class RegisteredFleet implements AutoCloseable {
    /** The most that one call may name. */
    private static final int BULK = 100;

    private final BackEnd backEnd;
    private final Consumer<String> progress;
    private final List<String> registered = new ArrayList<>();
    private final Thread atExit = new Thread(this::delete, "holdfast-bench-exit-fleet");
    private boolean ending;

    private RegisteredFleet(BackEnd backEnd, Consumer<String> progress) {
        this.backEnd = backEnd;
        this.progress = progress;
    }

    static RegisteredFleet of(int count, BackEnd backEnd, Consumer<String> progress) throws IOException {
        RegisteredFleet fleet = new RegisteredFleet(backEnd, progress);
        if (count > 0) {
            progress.accept("registering " + count + " devices that stay away");
            fleet.register(count);
        }
        return fleet;
    }

    private void register(int count) throws IOException {
        String run = "bench-"
                + HexFormat.of().toHexDigits(ThreadLocalRandom.current().nextInt()) + "-away-";
        // Ctrl-C ends the process without closing anything.
        Runtime.getRuntime().addShutdownHook(atExit);
        try {
            for (int first = 0; first < count; first += BULK) {
                List<String> ids = new ArrayList<>();
                for (int i = first; i < Math.min(count, first + BULK); i++) {
                    ids.add(run + i);
                }
                register(ids);
            }
        } catch (IOException failed) {
            close();
            throw failed;
        }
    }

    /** Not while the devices are being deleted: these would be left. */
    private synchronized void register(List<String> ids) throws IOException {
        if (ending) {
            throw new BenchFailure("the bench was ended before it began");
        }
        registered.addAll(ids);
        change(ids, "create");
    }

    private void change(List<String> ids, String mode) throws IOException {
        ArrayNode devices = JsonNodeFactory.instance.arrayNode();
        ids.forEach(id -> devices.addObject().put("id", id).put("importMode", mode));
        backEnd.ask("POST", "/devices", devices.toString().getBytes(StandardCharsets.UTF_8));
    }

    @Override
    public void close() {
        try {
            Runtime.getRuntime().removeShutdownHook(atExit);
        } catch (IllegalStateException endingAlready) {
            // It runs, and whoever comes second finds nothing to do.
        }
        delete();
    }

    private synchronized void delete() {
        ending = true;
        if (registered.isEmpty()) {
            return;
        }
        progress.accept("deleting " + registered.size() + " devices that stayed away, " + registered.getFirst() + " to "
                + registered.getLast());
        try {
            while (!registered.isEmpty()) {
                List<String> some = registered.subList(Math.max(0, registered.size() - BULK), registered.size());
                change(some, "delete");
                some.clear();
            }
        } catch (IOException failed) {
            progress.accept(registered.size() + " devices are left, " + registered.getFirst() + " to "
                    + registered.getLast() + ": " + failed.getMessage());
        }
    }
}
