package dev.holdfast.server.setting;

import java.net.InetAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/** Some settings to read, so that these tests know no real one. */
final class Samples {
    enum Color {
        RED,
        DARK_BLUE
    }

    static final Setting<Path> HOME = Setting.of("home", Kind.path(), Path.of("here"), "Where.");
    static final Setting<Integer> DOOR_PORT = Setting.of("doors.front.port", Kind.port(), 80, "Which.");
    static final Setting<Duration> DOOR_MAX = Setting.of(
            "doors.front.openMaxTime",
            Kind.duration(Duration.ofSeconds(1), Duration.ofHours(1)),
            Duration.ofSeconds(15),
            "How long.");
    static final Setting<Integer> SIZE = Setting.of("roomMaxBytes", Kind.size(10, 1 << 20), 65_536, "How much.");
    static final Setting<Color> COLOR = Setting.of("paint.color", Kind.word(Color.class), Color.RED, "Which one.");
    static final Setting<InetAddress> ADDRESS = Setting.optional("address", Kind.address(), "none", "Where to.");
    static final Setting<String> DOMAIN = Setting.of("domain", Kind.domain(), "house.example", "What it is called.");
    static final Catalog CATALOG = new Catalog(List.of(HOME, DOOR_PORT, DOOR_MAX, SIZE, COLOR, ADDRESS, DOMAIN));

    private Samples() {}
}
