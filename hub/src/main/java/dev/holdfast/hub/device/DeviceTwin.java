package dev.holdfast.hub.device;

import dev.holdfast.hub.Hub;
import dev.holdfast.hub.identity.Identity;
import dev.holdfast.hub.throttle.GateRefusal;
import dev.holdfast.hub.twin.TwinReader;
import dev.holdfast.hub.twin.TwinRefusal;
import dev.holdfast.hub.twin.TwinRequest;
import dev.holdfast.hub.twin.TwinResult;
import java.nio.charset.StandardCharsets;
import java.time.InstantSource;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The twin of one device or module, as it asks for it in any protocol. Any thread; every method may block on the disk, and waits
 * for its turn among all devices.
 *
 * @param generation in which it was let in
 * @param told of what the hub's gate does not let pass
 */
public record DeviceTwin(
        Hub hub, Identity identity, String generation, InstantSource clock, Consumer<GateRefusal> told) {
    private static final Logger LOG = LoggerFactory.getLogger(DeviceTwin.class);

    /**
     * What the device is told.
     *
     * @param status as in HTTP; 0 for no answer at all
     * @param version of the reported properties after a change; null when there is none to tell
     * @param body JSON in UTF-8; empty for none
     */
    public record Answer(int status, @Nullable Long version, byte[] body) {
        private static final Answer NONE = new Answer(0, null, new byte[0]);

        /** Whether the device is told nothing. */
        public boolean isNone() {
            return status == 0;
        }
    }

    /** Reads all of it. */
    public Answer get() {
        return answered(() -> switch (hub.twins().findInTurn(identity)) {
            case TwinResult.Found(var twin) ->
                new Answer(200, null, twin.forDevice().toString().getBytes(StandardCharsets.UTF_8));
            case TwinResult.Refused(var why) -> refused(why);
        });
    }

    /**
     * Changes what it reports.
     *
     * @param content JSON in UTF-8, as it came
     * @param expectedVersion of the reported properties before; null for any
     */
    public Answer report(byte[] content, @Nullable Long expectedVersion) {
        return answered(() -> switch (hub.twins().readInTurn(content)) {
            case TwinReader.Read.Refused(var why) -> refused(why);
            case TwinReader.Read.Content(var read) ->
                switch (hub.twins().applyInTurn(new TwinRequest.Report(identity, generation, read, expectedVersion))) {
                    case TwinResult.Found(var twin) ->
                        new Answer(204, twin.reported().version(), new byte[0]);
                    case TwinResult.Refused(var why) -> refused(why);
                };
        });
    }

    /** Says no to a request that names nothing that a twin has. */
    public Answer malformed(String explanation) {
        return answer(TwinErrors.ARGUMENT_INVALID, explanation);
    }

    private Answer answered(Supplier<Answer> work) {
        try {
            return work.get();
        } catch (RuntimeException failed) {
            LOG.error("a twin request of '{}' failed", identity, failed);
            return answer(TwinErrors.SERVER_ERROR, "The hub could not do it. Try again later.");
        }
    }

    private Answer refused(TwinRefusal why) {
        if (why instanceof TwinRefusal.NotPassed(var gate)) {
            told.accept(gate);
            if (gate.isSwallowed()) {
                return Answer.NONE;
            }
        }
        return answer(TwinErrors.code(why), why.explain());
    }

    private Answer answer(int code, String explanation) {
        return new Answer(TwinErrors.status(code), null, TwinErrors.body(code, explanation, clock.instant()));
    }
}
