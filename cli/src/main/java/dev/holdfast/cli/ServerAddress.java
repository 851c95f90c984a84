package dev.holdfast.cli;

import java.net.URI;
import java.nio.file.Path;

/**
 * Where a server is and what opens it.
 *
 * @param token of the operator; never printed
 * @param trustBundle file with the roots to trust
 */
record ServerAddress(URI url, String token, Path trustBundle) {
    @Override
    public String toString() {
        return "ServerAddress[" + url + "]";
    }
}
