package dev.holdfast.hub.device.amqp;

import dev.holdfast.base.DeviceId;
import dev.holdfast.base.ModuleId;
import dev.holdfast.hub.amqp.LinkAddress;
import dev.holdfast.hub.identity.Identity;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What of a device or module a link is for: {@code /devices/{d}[/modules/{m}]/messages/events} and its like. The words in it are compared without case, since
 * some clients write {@code deviceBound}; ids are compared by case.
 *
 * @param host that a client with a whole URI named, in lower case; null for a path
 */
record DeviceAddress(@Nullable String host, Identity identity, Kind kind) {
    /** What a link is for. */
    enum Kind {
        /** From the device. */
        TELEMETRY,
        /** To the device. */
        MESSAGES,
        /** A link each way. */
        TWIN,
        /** A link each way. */
        METHODS
    }

    /** Empty when it is none of a device. */
    static Optional<DeviceAddress> of(LinkAddress address) {
        List<String> path = address.path();
        boolean module = address.has(2, "modules") && path.size() > 4;
        if (!address.has(0, "devices") || path.size() < 3) {
            return Optional.empty();
        }
        int words = module ? 4 : 2;
        Optional<Kind> kind = kind(path.subList(words, path.size()));
        return kind.flatMap(
                what -> identity(path, module).map(identity -> new DeviceAddress(address.host(), identity, what)));
    }

    /** As whoever receives there means it: modules of the Node SDK ask for their messages where they send their own. */
    DeviceAddress ofReceiver() {
        return kind == Kind.TELEMETRY && identity.module() != null
                ? new DeviceAddress(host, identity, Kind.MESSAGES)
                : this;
    }

    private static Optional<Kind> kind(List<String> words) {
        return switch (String.join("/", words).toLowerCase(Locale.ROOT)) {
            case "messages/events" -> Optional.of(Kind.TELEMETRY);
            case "messages/devicebound" -> Optional.of(Kind.MESSAGES);
            case "twin" -> Optional.of(Kind.TWIN);
            case "methods/devicebound" -> Optional.of(Kind.METHODS);
            default -> Optional.empty();
        };
    }

    /** Whom a path below a hub names; empty for none. */
    static Optional<Identity> identity(List<String> path) {
        return path.size() < 2 || !path.getFirst().equalsIgnoreCase("devices")
                ? Optional.empty()
                : identity(path, path.size() > 3 && path.get(2).equalsIgnoreCase("modules"));
    }

    private static Optional<Identity> identity(List<String> path, boolean module) {
        Optional<DeviceId> device = DeviceId.parse(path.get(1));
        return module
                ? device.flatMap(of -> ModuleId.parse(path.get(3)).map(named -> new Identity(of, named)))
                : device.map(Identity::of);
    }
}
