package dev.holdfast.hub.link;

import java.util.UUID;

/**
 * What the hub says to a device that is connected. Nothing comes back by this way: what the device answers is a request of its own.
 */
public sealed interface Downlink {
    /** What a device has to listen for to be told this. */
    Channel channel();

    /** What a device can listen for; it says so by subscribing or by opening a link. */
    enum Channel {
        DESIRED_PROPERTIES,
        METHODS,
        MESSAGES
    }

    /**
     * Desired properties were changed.
     *
     * @param patch JSON in UTF-8, with {@code $version}
     */
    record DesiredChanged(long version, byte[] patch) implements Downlink {
        @Override
        public Channel channel() {
            return Channel.DESIRED_PROPERTIES;
        }
    }

    /**
     * A direct method is called.
     *
     * @param call comes back with the answer; a random one of version 4, since the C and Java SDKs read it as such
     * @param payload JSON in UTF-8; empty for none
     */
    record MethodCalled(UUID call, String method, byte[] payload) implements Downlink {
        @Override
        public Channel channel() {
            return Channel.METHODS;
        }
    }

    /** Something is in the queue of cloud-to-device messages: whoever can take one asks for it. */
    record MessageWaits() implements Downlink {
        @Override
        public Channel channel() {
            return Channel.MESSAGES;
        }
    }
}
