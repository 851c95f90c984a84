package dev.holdfast.hub.twin.digital;

import dev.holdfast.base.DeviceId;
import dev.holdfast.hub.command.InvokeMethod;
import dev.holdfast.hub.command.MethodResult;
import dev.holdfast.hub.command.Methods;
import dev.holdfast.hub.identity.Identity;
import dev.holdfast.hub.identity.Precondition;
import dev.holdfast.hub.twin.TwinRequest;
import dev.holdfast.hub.twin.TwinResult;
import dev.holdfast.hub.twin.Twins;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** The digital twins of one hub, over its twins and direct methods. Any thread; every method may block. */
public record DigitalTwins(Twins twins, Methods methods) {
    /** Between a component and its command, in the name of the direct method. */
    private static final String OF_COMPONENT = "*";

    /** The twin to make a {@link DigitalTwinView} of. */
    public TwinResult find(DeviceId device) {
        return twins.find(Identity.of(device));
    }

    /**
     * Changes what is desired of a device. All operations are done, or none.
     *
     * @param patch a JSON patch (RFC 6902) in UTF-8
     */
    public TwinResult change(DeviceId device, Precondition precondition, byte[] patch) {
        return switch (new PatchReader(twins.reader().limits()).read(patch)) {
            case PatchReader.Read.Refused(var why) -> new TwinResult.Refused(why);
            case PatchReader.Read.Operations(var operations) ->
                twins.apply(new TwinRequest.Derive(
                        Identity.of(device), precondition, new PatchRule(operations, twins.reader())));
        };
    }

    /**
     * Calls a command, which is a direct method by another name.
     *
     * @param component null for a command of the device itself
     * @param payload JSON, passed on as it is
     * @param connectTimeout how long to wait until the device listens; zero to fail at once
     * @param responseTimeout how long to wait for the answer; null for what holds when nobody says
     */
    public MethodResult command(
            DeviceId device,
            @Nullable String component,
            String command,
            String payload,
            Duration connectTimeout,
            @Nullable Duration responseTimeout) {
        String method = component == null ? command : component + OF_COMPONENT + command;
        return methods.invoke(new InvokeMethod(Identity.of(device), method, payload, connectTimeout, responseTimeout));
    }
}
