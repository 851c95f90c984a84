package dev.holdfast.cli;

import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

@Command(
        name = "revocation",
        description =
                "Says whom to ask about certificates that an authority revoked, and what becomes of a device when nobody"
                        + " knows. What is left out stays.",
        footer = {
            "",
            "Examples:",
            "  holdfast cert authority revocation plant --crl-url http://pki.example/plant.crl",
            "  holdfast cert authority revocation plant --ocsp-url certificate --when-unknown refuse"
        })
final class CertAuthorityRevocationCommand extends ServerCommand {
    @Parameters(paramLabel = "NAME", converter = NameConverter.class, description = "The authority.")
    private String name = "";

    @Option(
            names = "--crl-url",
            paramLabel = "URL",
            description =
                    "Where its revocation list is fetched: an http or https URL, 'certificate' for what the device's"
                            + " certificates say, or 'none'. A list given with 'cert crl add' counts besides.")
    private @Nullable String crlUrl;

    @Option(
            names = "--ocsp-url",
            paramLabel = "URL",
            description = "Its OCSP responder, asked for each device that connects: a URL, 'certificate' or 'none'.")
    private @Nullable String ocspUrl;

    @Option(
            names = "--when-unknown",
            paramLabel = "WHAT",
            description =
                    "What becomes of a device when nobody can say whether its certificate was revoked: allow (default,"
                            + " with a warning in the log) or refuse.")
    private @Nullable String whenUnknown;

    @Mixin
    private HubOption hub = new HubOption();

    @Mixin
    private Output output = new Output();

    CertAuthorityRevocationCommand(Map<String, String> environment) {
        super(environment);
    }

    @Override
    void check() {
        if (crlUrl == null && ocspUrl == null && whenUnknown == null) {
            throw wrongUse("Give --crl-url, --ocsp-url or --when-unknown; 'cert authority show' shows what holds.");
        }
        if (whenUnknown != null && !whenUnknown.equals("allow") && !whenUnknown.equals("refuse")) {
            throw wrongUse("--when-unknown is allow or refuse.");
        }
    }

    @Override
    void run(OperatorClient client) throws CommandFailure {
        ObjectNode wanted = JsonMapper.shared().createObjectNode();
        if (crlUrl != null) {
            wanted.put("crlUrl", crlUrl);
        }
        if (ocspUrl != null) {
            wanted.put("ocspUrl", ocspUrl);
        }
        if (whenUnknown != null) {
            wanted.put("whenUnknown", whenUnknown);
        }
        JsonNode authority = client.patch(hub.path("certificate-authorities", name, "revocation"), wanted);
        if (output.isJson()) {
            output.printJson(out(), authority);
        } else {
            CertAuthorityCommand.print(out(), authority);
            out().println("Connections ended by this: "
                    + authority.path("connectionsEnded").asInt());
        }
    }
}
