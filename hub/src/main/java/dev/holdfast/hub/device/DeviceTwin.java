package dev.holdfast.hub.device;

import dev.holdfast.hub.Hub;
import dev.holdfast.hub.identity.Identity;
import dev.holdfast.hub.twin.TwinReader;
import dev.holdfast.hub.twin.TwinRefusal;
import dev.holdfast.hub.twin.TwinRequest;
import dev.holdfast.hub.twin.TwinResult;
import java.nio.charset.StandardCharsets;
import java.time.InstantSource;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The twin of one device or module, as it asks for it in any protocol. Any thread; every method may block on the disk, and waits
 * for its turn among all devices.
 *
 * @param generation in which it was let in
 */
public record DeviceTwin(Hub hub, Identity identity, String generation, InstantSource clock) {
    private static final Logger LOG = LoggerFactory.getLogger(DeviceTwin.class);

    /**
     * What the device is told.
     *
     * @param status as in HTTP
     * @param version of the reported properties after a change; null when there is none to tell
     * @param body JSON in UTF-8; empty for none
     */
    public record Answer(int status, @Nullable Long version, byte[] body) {}

    /** Reads all of it. */
    public Answer get() {
        return inTurn(() -> switch (hub.twins().find(identity)) {
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
        return inTurn(() -> switch (hub.twins().reader().read(content)) {
            case TwinReader.Read.Refused(var why) -> refused(why);
            case TwinReader.Read.Content(var read) ->
                switch (hub.twins().apply(new TwinRequest.Report(identity, generation, read, expectedVersion))) {
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

    private Answer inTurn(Supplier<Answer> work) {
        Answer[] answer = new Answer[1];
        try {
            hub.twins().inTurn(() -> answer[0] = work.get());
            return answer[0];
        } catch (RuntimeException failed) {
            LOG.error("a twin request of '{}' failed", identity, failed);
            return answer(TwinErrors.SERVER_ERROR, "The hub could not do it. Try again later.");
        }
    }

    private Answer refused(TwinRefusal why) {
        return answer(TwinErrors.code(why), why.explain());
    }

    private Answer answer(int code, String explanation) {
        return new Answer(TwinErrors.status(code), null, TwinErrors.body(code, explanation, clock.instant()));
    }
}
