package dev.holdfast.hub.amqp;

import dev.holdfast.base.HubName;
import dev.holdfast.wire.amqp.AmqpError;
import org.jspecify.annotations.Nullable;

/** Reports a refusal and says what the client is told. Any thread. */
@FunctionalInterface
public interface Refusing {
    /**
     * @param hub one of this installation; null when none of them was asked for
     * @param device or module that it is about; null for none
     * @return with the id of the report, so that whoever reads the error can ask for it
     */
    AmqpError errorOf(@Nullable HubName hub, @Nullable String device, Refusal refusal);

    /** As the other one, of what is about no device. */
    default AmqpError errorOf(@Nullable HubName hub, Refusal refusal) {
        return errorOf(hub, null, refusal);
    }
}
