package dev.holdfast.cli;

import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

@Command(
        name = "authority",
        description =
                "Registers, verifies, lists, shows and deletes certificate authorities: devices that are registered with"
                        + " '--auth ca' come in with certificates that one of them issued, directly or over intermediates.",
        footer = {"", "Example:", "  holdfast cert authority add plant --file plant-ca.pem"})
final class CertAuthorityCommand implements Runnable {
    private static final String PATH = "certificate-authorities";

    @Mixin
    private HelpOption help = new HelpOption();

    static CommandLine line(Map<String, String> environment) {
        return new CommandLine(new CertAuthorityCommand())
                .addSubcommand(new Add(environment))
                .addSubcommand(new Listing(environment))
                .addSubcommand(new Show(environment))
                .addSubcommand(new CertAuthorityCodeCommand(environment))
                .addSubcommand(new CertAuthorityVerifyCommand(environment))
                .addSubcommand(new CertAuthorityRevocationCommand(environment))
                .addSubcommand(new Delete(environment));
    }

    @Override
    public void run() {
        throw help.wrongUse("Say what to do with certificate authorities.");
    }

    static void print(PrintWriter out, JsonNode authority) {
        out.println("Authority:  " + authority.path("name").asString() + verified(authority));
        out.println("Subject:    " + authority.path("subject").asString());
        out.println("Issuer:     " + authority.path("issuer").asString());
        out.println("Key:        " + authority.path("keyType").asString());
        out.println("Valid:      " + authority.path("validFrom").asString() + " to "
                + authority.path("expiry").asString());
        out.println("SHA-1:      " + authority.path("thumbprint").asString());
        out.println("SHA-256:    " + authority.path("sha256").asString());
        out.println("Registered: " + authority.path("created").asString());
        out.println("CRL from:   " + authority.path("crlUrl").asString());
        out.println("OCSP from:  " + authority.path("ocspUrl").asString());
        out.println("If unknown: " + authority.path("whenUnknown").asString());
    }

    private static String verified(JsonNode authority) {
        return authority.path("isVerified").asBoolean() ? "" : " (not verified)";
    }

    @Command(
            name = "add",
            description = "Registers the certificate of a root or of an intermediate.",
            footer = {"", "Example:", "  holdfast cert authority add plant --file plant-ca.pem"})
    static final class Add extends ServerCommand {
        @Parameters(
                paramLabel = "NAME",
                converter = NameConverter.class,
                description = "1 to 64 letters, digits, '-', '_' and '.'.")
        private String name = "";

        @Option(
                names = "--file",
                paramLabel = "FILE",
                required = true,
                description = "One certificate, PEM or DER; never its private key.")
        private Path file = Path.of("");

        @Option(
                names = "--unverified",
                description = "It lets nobody in until the owner of its key has signed a code ('verification-code',"
                        + " 'verify'). Without this it counts at once, because you say so.")
        private boolean unverified;

        @Mixin
        private HubOption hub = new HubOption();

        @Mixin
        private Output output = new Output();

        /** What is asked for. */
        private final ObjectNode wanted = JsonMapper.shared().createObjectNode();

        Add(Map<String, String> environment) {
            super(environment);
        }

        @Override
        void check() throws CommandFailure {
            wanted.put("name", name).put("certificate", CertificateFile.read(file));
            if (unverified) {
                wanted.put("verified", false);
            }
        }

        @Override
        void run(OperatorClient client) throws CommandFailure {
            JsonNode authority = client.post(hub.path(PATH), wanted);
            if (output.isJson()) {
                output.printJson(out(), authority);
                return;
            }
            out().println("Certificate authority " + name + " of hub " + hub.name() + " is registered.");
            print(out(), authority);
            if (unverified) {
                out().println("It lets nobody in until its key is proved: holdfast cert authority verification-code "
                        + name);
            }
        }
    }

    @Command(
            name = "list",
            description = "Lists the certificate authorities of a hub.",
            footer = {"", "Example:", "  holdfast cert authority list"})
    static final class Listing extends ServerCommand {
        @Mixin
        private HubOption hub = new HubOption();

        @Mixin
        private Output output = new Output();

        Listing(Map<String, String> environment) {
            super(environment);
        }

        @Override
        void run(OperatorClient client) throws CommandFailure {
            JsonNode authorities = client.get(hub.path(PATH)).path("certificateAuthorities");
            output.printList(
                    out(),
                    authorities,
                    List.of("NAME", "SUBJECT", "EXPIRES", "SHA-1"),
                    authority -> List.of(
                            authority.path("name").asString(),
                            authority.path("subject").asString() + verified(authority),
                            authority.path("expiry").asString(),
                            authority.path("thumbprint").asString()));
        }
    }

    @Command(
            name = "show",
            description = "Shows a certificate authority, with its certificate in --json.",
            footer = {"", "Example:", "  holdfast cert authority show plant"})
    static final class Show extends ServerCommand {
        @Parameters(paramLabel = "NAME", converter = NameConverter.class, description = "The authority.")
        private String name = "";

        @Mixin
        private HubOption hub = new HubOption();

        @Mixin
        private Output output = new Output();

        Show(Map<String, String> environment) {
            super(environment);
        }

        @Override
        void run(OperatorClient client) throws CommandFailure {
            JsonNode authority = client.get(hub.path(PATH, name));
            if (output.isJson()) {
                output.printJson(out(), authority);
            } else {
                print(out(), authority);
            }
        }
    }

    @Command(
            name = "delete",
            description = "Deletes a certificate authority; devices that it let in are disconnected.",
            footer = {"", "Example:", "  holdfast cert authority delete plant"})
    static final class Delete extends ServerCommand {
        @Parameters(paramLabel = "NAME", converter = NameConverter.class, description = "The authority.")
        private String name = "";

        @Mixin
        private HubOption hub = new HubOption();

        Delete(Map<String, String> environment) {
            super(environment);
        }

        @Override
        void run(OperatorClient client) throws CommandFailure {
            client.delete(hub.path(PATH, name));
            out().println("Certificate authority " + name + " of hub " + hub.name() + " is deleted.");
        }
    }
}
