package dev.holdfast.server;

import dev.holdfast.hub.throttle.Operation;
import dev.holdfast.hub.throttle.Rate;
import dev.holdfast.server.setting.Kind;
import dev.holdfast.server.setting.Setting;
import dev.holdfast.server.setting.Values;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** How much may pass hubs that say nothing of it themselves: a setting for each operation, off by default. */
final class ThrottleSettings {
    private static final Kind<Rate> RATE = new Kind<>(
            "how many a second or minute, such as 100/minute, with how many at once behind a colon where that is not as many"
                    + " (100/minute:20), or 'off'",
            text -> Rate.parse(text).orElse(null),
            Rate::toString);

    private static final Map<Operation, Setting<Rate>> ALL = new EnumMap<>(Operation.class);

    static {
        Stream.of(Operation.values()).forEach(operation -> ALL.put(operation, setting(operation)));
    }

    private ThrottleSettings() {}

    private static Setting<Rate> setting(Operation operation) {
        return Setting.of(operation.setting(), RATE, Rate.OFF, about(operation));
    }

    private static String about(Operation operation) {
        return switch (operation) {
            case REGISTRY -> "Operations of back ends on the registry of a hub; each identity of a bulk call is one.";
            case CONNECT -> "Connections of devices and modules to a hub over MQTT and AMQP.";
            case TELEMETRY -> "Telemetry messages to a hub; each message of a batch is one.";
            case MESSAGE_SEND -> "Cloud-to-device messages that back ends send.";
            case MESSAGE_RECEIVE -> "Cloud-to-device messages that devices ask for over HTTPS.";
            case METHOD -> "Direct methods; each 4 KB of a payload that are begun are one.";
            case TWIN_READ -> "Twins read, by services and devices.";
            case TWIN_WRITE -> "Twins changed, by services and devices.";
        };
    }

    static List<Setting<?>> all() {
        return List.copyOf(ALL.values());
    }

    /** Of those that are not off. */
    static Map<Operation, Rate> rates(Values values) {
        Map<Operation, Rate> rates = new EnumMap<>(Operation.class);
        ALL.forEach((operation, setting) -> rates.put(operation, values.get(setting)));
        rates.values().removeIf(Rate::isOff);
        return rates;
    }
}
