package dev.holdfast.cli.bench;

import org.jspecify.annotations.Nullable;

/**
 * How one connection says who it is, and where it publishes to.
 *
 * @param user null for none
 * @param password null for none; never printed
 */
public record Login(
        String clientId, @Nullable String user, @Nullable String password, String topic) {
    @Override
    public String toString() {
        return "Login[" + clientId + "]";
    }
}
