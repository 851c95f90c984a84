package dev.holdfast.hub.service.message;

import dev.holdfast.hub.amqp.LinkAddress;
import java.util.Optional;

/** The addresses of a hub by which back ends speak with devices. */
public enum ServiceAddress {
    /** Messages to devices are sent here; each names its device. */
    DEVICE_BOUND("devicebound", ""),
    /** What became of messages is received here. */
    FEEDBACK("servicebound", "feedback"),
    /** What devices uploaded would be received here. */
    FILE_NOTIFICATIONS("servicebound", "filenotifications");

    private final String second;
    private final String third;

    /** @param third empty for none */
    ServiceAddress(String second, String third) {
        this.second = second;
        this.third = third;
    }

    /** Which of them a link address is; empty when it is another. */
    public static Optional<ServiceAddress> of(LinkAddress address) {
        for (ServiceAddress each : values()) {
            if (each.is(address)) {
                return Optional.of(each);
            }
        }
        return Optional.empty();
    }

    private boolean is(LinkAddress address) {
        return address.path().size() == (third.isEmpty() ? 2 : 3)
                && address.has(0, "messages")
                && address.has(1, second)
                && (third.isEmpty() || address.has(2, third));
    }
}
