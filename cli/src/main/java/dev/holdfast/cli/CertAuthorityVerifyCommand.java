package dev.holdfast.cli;

import java.nio.file.Path;
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
        name = "verify",
        description = "Verifies a certificate authority by a certificate that its key signed for the code of"
                + " 'verification-code'; from then on it lets devices in.",
        footer = {"", "Example:", "  holdfast cert authority verify plant --file code.pem"})
final class CertAuthorityVerifyCommand extends ServerCommand {
    @Parameters(paramLabel = "NAME", converter = NameConverter.class, description = "The authority.")
    private String name = "";

    @Option(
            names = "--file",
            paramLabel = "FILE",
            required = true,
            description = "The certificate with the code as common name, PEM or DER.")
    private Path file = Path.of("");

    @Option(
            names = "--etag",
            paramLabel = "ETAG",
            description = "Only if the authority is as 'verification-code' or 'show --json' said.")
    private @Nullable String etag;

    @Mixin
    private HubOption hub = new HubOption();

    @Mixin
    private Output output = new Output();

    CertAuthorityVerifyCommand(Map<String, String> environment) {
        super(environment);
    }

    @Override
    void check() {
        if (etag != null && !etag.chars().allMatch(c -> c > ' ' && c < 0x7F && c != '"')) {
            throw wrongUse("--etag is the text that 'verification-code' prints, without quotes.");
        }
    }

    @Override
    void run(OperatorClient client) throws CommandFailure {
        ObjectNode proof = JsonMapper.shared().createObjectNode().put("certificate", CertificateFile.read(file));
        JsonNode authority = client.post(
                hub.path("certificate-authorities", name, "verify"),
                proof,
                etag == null ? Map.of() : Map.of("If-Match", "\"" + etag + "\""));
        if (output.isJson()) {
            output.printJson(out(), authority);
        } else {
            out().println("Certificate authority " + name + " of hub " + hub.name() + " is verified.");
        }
    }
}
