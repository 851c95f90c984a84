package dev.holdfast.tls.identity;

import java.net.InetAddress;
import org.jspecify.annotations.Nullable;

/** Which clients reach the server as something of the same machine: no certificate of an operator is for that, and none on trial. */
public final class ThisMachine {
    private ThisMachine() {}

    /**
     * A name that only this machine has, or none from this machine.
     *
     * @param serverName what the client asks for (SNI); null when it names none
     */
    public static boolean isMeant(@Nullable String serverName, InetAddress source) {
        return serverName == null
                ? source.isLoopbackAddress()
                : serverName.equalsIgnoreCase("localhost") || serverName.equalsIgnoreCase("localhost.");
    }
}
