package dev.holdfast.cli;

import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

@Command(
        name = "verification-code",
        description =
                "Gives a certificate authority that is not verified a code; whoever owns its key signs a certificate"
                        + " with the code as common name. An older code counts no more.",
        footer = {"", "Example:", "  holdfast cert authority verification-code plant"})
final class CertAuthorityCodeCommand extends ServerCommand {
    @Parameters(paramLabel = "NAME", converter = NameConverter.class, description = "The authority.")
    private String name = "";

    @Mixin
    private HubOption hub = new HubOption();

    @Mixin
    private Output output = new Output();

    CertAuthorityCodeCommand(Map<String, String> environment) {
        super(environment);
    }

    @Override
    void run(OperatorClient client) throws CommandFailure {
        JsonNode code = client.post(
                hub.path("certificate-authorities", name, "verification-code"),
                JsonMapper.shared().createObjectNode());
        if (output.isJson()) {
            output.printJson(out(), code);
            return;
        }
        String text = code.path("verificationCode").asString();
        out().println("Code:  " + text);
        out().println("Until: " + code.path("expires").asString());
        out().println("Etag:  " + code.path("etag").asString());
        out().println();
        out().println("Where the authority's key is:");
        out().println("  openssl req -new -newkey rsa:2048 -noenc -keyout code-key.pem -subj /CN=" + text
                + " -out code.csr");
        out().println("  openssl x509 -req -in code.csr -CA CA.pem -CAkey CA-KEY.pem -CAcreateserial -sha256 -days 1"
                + " -out code.pem");
        out().println("Then here:");
        out().println("  holdfast cert authority verify " + name + " --file code.pem");
    }
}
