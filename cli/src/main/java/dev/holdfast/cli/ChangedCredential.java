package dev.holdfast.cli;

import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** How a device or module that is registered is to prove itself from now on. */
final class ChangedCredential {
    @Option(
            names = "--auth",
            paramLabel = "HOW",
            converter = Auth.Converter.class,
            description = "sas (a key; one is made unless it has some), self-signed (with --thumbprint), ca (a"
                    + " certificate of an authority) or none.")
    private @Nullable Auth auth;

    @Option(
            names = "--thumbprint",
            paramLabel = "HEX",
            description = "SHA-1 or SHA-256 of the client's certificate; twice for a primary and a secondary one. They"
                    + " replace those that are registered.")
    private List<String> thumbprints = List.of();

    /** Refuses options that do not go together. */
    void check(HelpOption help) {
        if (auth == null && thumbprints.isEmpty()) {
            throw help.wrongUse("Say what to change, with --thumbprint or --auth.");
        }
        CredentialChoice choice = choice();
        if (choice.lacksThumbprint()) {
            throw help.wrongUse("--auth self-signed needs --thumbprint HEX of the certificate that the client has.");
        }
        choice.check(help);
    }

    /** Thumbprints alone say that they are what counts from now on. */
    private CredentialChoice choice() {
        return new CredentialChoice(auth == null ? Auth.SELF_SIGNED : auth, thumbprints);
    }

    /** What to ask the server for. */
    ObjectNode wanted() {
        return choice().addTo(JsonMapper.shared().createObjectNode());
    }
}
