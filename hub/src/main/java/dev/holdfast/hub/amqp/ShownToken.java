package dev.holdfast.hub.amqp;

import dev.holdfast.hub.identity.SasToken;

/**
 * A token that was put on {@code $cbs} and can be read; nothing is judged yet.
 *
 * @param audience the name that it was put under, which proves nothing
 * @param text as it came
 */
public record ShownToken(String audience, String text, SasToken sas) {
    @Override
    public String toString() {
        return "ShownToken[" + audience + "]";
    }
}
