package dev.holdfast.hub.command;

import java.util.Map;

/**
 * What happened to the cloud-to-device messages of one hub since it was opened.
 *
 * @param waiting messages in queues now, given out or not
 * @param queued messages taken from services
 * @param ended by what became of them
 * @param feedback records that wait for a receiver now
 */
public record MessageCounts(int waiting, long queued, Map<Fate, Long> ended, long feedback) {
    public MessageCounts {
        ended = Map.copyOf(ended);
    }
}
