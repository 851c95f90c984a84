package dev.holdfast.cli;

import java.util.List;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** How a device or module is to prove itself, as options say it and the operator API is asked for it. */
record CredentialChoice(Auth auth, List<String> thumbprints) {
    CredentialChoice {
        thumbprints = List.copyOf(thumbprints);
    }

    /** Refuses thumbprints that do not go with it. */
    void check(HelpOption help) {
        if (auth != Auth.SELF_SIGNED && !thumbprints.isEmpty()) {
            throw help.wrongUse("--thumbprint is for --auth self-signed.");
        }
        if (thumbprints.size() > 2) {
            throw help.wrongUse("There are at most two thumbprints.");
        }
    }

    /** Whether it is a certificate by its thumbprint, and none was given. */
    boolean lacksThumbprint() {
        return auth == Auth.SELF_SIGNED && thumbprints.isEmpty();
    }

    /** Adds it to the body of a request. */
    ObjectNode addTo(ObjectNode wanted) {
        wanted.put("authentication", auth.toString());
        if (!thumbprints.isEmpty()) {
            ArrayNode array = wanted.putArray("thumbprints");
            thumbprints.forEach(array::add);
        }
        return wanted;
    }
}
