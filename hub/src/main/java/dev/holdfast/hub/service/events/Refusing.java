package dev.holdfast.hub.service.events;

import dev.holdfast.base.HubName;
import dev.holdfast.wire.amqp.AmqpError;
import org.jspecify.annotations.Nullable;

/** Reports a refusal and says what the client is told. Any thread. */
interface Refusing {
    /**
     * @param hub one of this installation; null when none of them was asked for
     * @return with the id of the report, so that whoever reads the error can ask for it
     */
    AmqpError errorOf(@Nullable HubName hub, EventsRefusal refusal);
}
