package dev.holdfast.hub.twin;

import dev.holdfast.base.DeviceId;
import dev.holdfast.hub.identity.Identity;
import dev.holdfast.hub.throttle.GateRefusal;

/** Why a twin was not read or changed: the whole list. */
public sealed interface TwinRefusal {
    /** Stable word for logs, metrics and reports: the name of the case, or that of the gate's own list. */
    default String reason() {
        return this instanceof NotPassed(var why) ? why.reason() : getClass().getSimpleName();
    }

    /** The hub's gate did not let it pass. Reported by that reason. */
    record NotPassed(GateRefusal why) implements TwinRefusal {}

    record TwinDeviceMissing(DeviceId device) implements TwinRefusal {}

    record TwinModuleMissing(Identity module) implements TwinRefusal {}

    /** The twin was changed since the caller read it. */
    record TwinEtagMismatch(Identity identity) implements TwinRefusal {}

    /** The device named the version that it expects. */
    record ReportedVersionMismatch(long expected, long current) implements TwinRefusal {}

    /** @param place where in the text, or empty */
    record TwinNotJson(String place) implements TwinRefusal {}

    record TwinNotAnObject() implements TwinRefusal {}

    record TwinRequestTooLong(int bytes, int maxBytes) implements TwinRefusal {}

    /** @param bytes as twins are counted; at least so many */
    record TwinTooLarge(TwinSection section, int bytes, int maxBytes) implements TwinRefusal {}

    /** One change holds more than any part of a twin could; it was not read to its end. */
    record TwinChangeTooLarge(int maxBytes) implements TwinRefusal {}

    record TwinTooDeep(int depthMax) implements TwinRefusal {}

    /** @param what is wrong with a key, with its beginning made printable */
    record TwinKeyMalformed(String what) implements TwinRefusal {}

    /** @param key whose text it is, made printable */
    record TwinValueTooLong(String key, int maxBytes) implements TwinRefusal {}

    record TwinTextMalformed(String key) implements TwinRefusal {}

    record TwinNumberOutOfRange(String key) implements TwinRefusal {}

    /** @param what is wrong with a JSON patch */
    record PatchMalformed(String what) implements TwinRefusal {}

    /**
     * @param operation its place in the patch, from 1
     * @param op {@code move}, {@code copy} or {@code test}, or that it is something else
     */
    record PatchOperationNotSupported(int operation, String op) implements TwinRefusal {}

    record PatchPathUnfit(int operation) implements TwinRefusal {}

    /** @param what is wrong with the value of an operation */
    record PatchValueUnfit(int operation, String what) implements TwinRefusal {}

    /**
     * An operation takes a component for a property, or a property for a component.
     *
     * @param name of the component or property, a checked name
     * @param component what it is
     */
    record PatchTargetDiffers(int operation, String name, boolean component) implements TwinRefusal {}

    /** What happened and what to change, in sentences. */
    default String explain() {
        return switch (this) {
            case NotPassed(var why) -> why.explain();
            case TwinDeviceMissing(var device) ->
                "No device with the id '" + device
                        + "' is registered, so it has no twin. Compare the id: ids differ by case.";
            case TwinModuleMissing(var module) ->
                "No module '" + module + "' is registered, so it has no twin. Compare the ids: they differ by case.";
            case TwinEtagMismatch(var identity) ->
                "The twin of '" + identity
                        + "' was changed since it was read. Read it again and repeat the change on what it"
                        + " is now, or use If-Match: * to change it anyway.";
            case ReportedVersionMismatch(var expected, var current) ->
                "The change expects version " + expected + " of the reported properties, and they are at version "
                        + current + ". Get the twin again and repeat the change on what it is now.";
            case TwinNotJson(var place) ->
                "The body can't be read as JSON" + place + ". Send one object, in UTF-8, in which no name comes twice.";
            case TwinNotAnObject() ->
                "Tags and properties are JSON objects, and something else came. Send an object of names and values.";
            case TwinRequestTooLong(var bytes, var max) ->
                "The body has " + bytes + " bytes, and the limit is " + max + ". Send fewer properties at once.";
            case TwinTooLarge(var section, var bytes, var max) ->
                "With this change the " + section.words() + " would have " + bytes + " bytes, and the limit is " + max
                        + ". Remove properties that nobody needs, and keep large data elsewhere.";
            case TwinChangeTooLarge(var max) ->
                "The change has more than " + max
                        + " bytes, which is more than a twin can hold. Send fewer properties at once.";
            case TwinTooDeep(var max) ->
                "More than " + max + " objects or arrays stand in one another. Make the document flatter.";
            case TwinKeyMalformed(var what) ->
                "The name of a property can't be used: " + what
                        + ". Use names of 1 to 1,024 bytes without control characters, '.', '$' and spaces.";
            case TwinValueTooLong(var key, var max) ->
                "The text of '" + key + "' is longer than " + max
                        + " bytes. Keep longer texts elsewhere, and put a link here.";
            case TwinTextMalformed(var key) ->
                "The text of '" + key
                        + "' holds half a surrogate pair. Write characters as UTF-8, or escape both halves.";
            case TwinNumberOutOfRange(var key) ->
                "The number of '" + key
                        + "' is out of range: integers go from -4503599627370496 to 4503599627370495, other"
                        + " numbers as far as a double. Send larger ones as text.";
            case PatchMalformed(var what) ->
                "The JSON patch can't be used: " + what
                        + ". Send an array of operations, each an object with op, path and, unless it removes, value.";
            case PatchOperationNotSupported(var operation, var op) ->
                "Operation " + operation + " of the patch is " + op
                        + ", and digital twins have add, replace and remove. Write the patch with these.";
            case PatchPathUnfit(var operation) ->
                "The path of operation " + operation
                        + " names no property and no component. Use /property, /component or /component/property, with names of 1 to 64"
                        + " ASCII letters, digits and underscores that begin with a letter and do not end with an underscore.";
            case PatchValueUnfit(var operation, var what) ->
                "The value of operation " + operation + " can't be a desired value of a digital twin: " + what
                        + ". Use texts, numbers, booleans and objects, at most 5 in one another, with names of 1 to 64 ASCII letters, digits"
                        + " and underscores. Mark a component with an empty object $metadata, and take a property away with op remove.";
            case PatchTargetDiffers(var operation, var name, var component) ->
                component
                        ? "'" + name + "' is a component, and operation " + operation
                                + " writes a property. Write the component, with an empty object $metadata in its value, or name a"
                                + " property of it in the path."
                        : "'" + name + "' is a property of the device twin, and operation " + operation
                                + " writes a component. Write it as a property, or remove it first, or have the device twin mark it as a"
                                + " component with \"__t\": \"c\".";
        };
    }
}
