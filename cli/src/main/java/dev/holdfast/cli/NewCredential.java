package dev.holdfast.cli;

import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** How a new device or module is to prove itself, and where files go that are made for it. */
final class NewCredential {
    @Option(
            names = "--auth",
            paramLabel = "HOW",
            converter = Auth.Converter.class,
            description = "sas (a key), self-signed (a certificate by its thumbprint), ca (a certificate of an"
                    + " authority) or none (default: sas).")
    private Auth auth = Auth.SAS;

    @Option(
            names = "--thumbprint",
            paramLabel = "HEX",
            description = "SHA-1 or SHA-256 of the client's certificate, for self-signed; twice for a primary and a"
                    + " secondary one. Without it a key and a certificate are made.")
    private List<String> thumbprints = List.of();

    @Option(
            names = "--out",
            paramLabel = "DIR",
            description = "Where to write the key (ID-key.pem) and the certificate (ID-certificate.pem) that are made.")
    private @Nullable Path out;

    /** Asks the server. */
    interface Registration {
        ObjectNode of(ObjectNode wanted) throws CommandFailure;
    }

    /**
     * Registers it and writes its files.
     *
     * @param fileName how the names of the files begin
     * @return the server's answer, with the paths of the files instead of what is in them
     */
    ObjectNode register(String id, String fileName, Registration registration) throws CommandFailure {
        ObjectNode wanted =
                choice().addTo(JsonMapper.shared().createObjectNode().put("id", id));
        Path directory = out;
        if (directory == null) {
            return registration.of(wanted);
        }
        // Before the device exists: a file that can't be written must not cost a key that is shown only once.
        try (KeyFiles files = KeyFiles.reserve(directory, fileName)) {
            ObjectNode registered = registration.of(wanted);
            files.write(
                    registered.path("privateKey").asString(""),
                    registered.path("certificate").asString(""));
            registered.remove(List.of("privateKey", "certificate"));
            return registered
                    .put("keyFile", files.key().toString())
                    .put("certificateFile", files.certificate().toString());
        }
    }

    /** Refuses options that do not go together. */
    void check(HelpOption help) {
        CredentialChoice choice = choice();
        boolean makesKey = choice.lacksThumbprint();
        if (makesKey && out == null) {
            throw help.wrongUse("--auth self-signed needs --thumbprint HEX of the certificate that the client has, or"
                    + " --out DIR to write a new key and certificate to.");
        }
        if (auth == Auth.CA && out != null) {
            throw help.wrongUse(
                    "--auth ca takes no --out: the client's certificate is issued by your own authority, with the"
                            + " id as its common name; Holdfast does not have that authority's key.");
        }
        if (!makesKey && out != null) {
            throw help.wrongUse("--out is for --auth self-signed without --thumbprint; nothing else writes files.");
        }
        choice.check(help);
    }

    private CredentialChoice choice() {
        return new CredentialChoice(auth, thumbprints);
    }

    /**
     * Says what its owner needs.
     *
     * @param commonName of a certificate that an authority issues for it
     */
    void print(PrintWriter out, JsonNode registered, String commonName) {
        String connectionString = registered.path("connectionString").asString("");
        if (!connectionString.isEmpty()) {
            out.println("Connection string: " + connectionString);
        }
        if (registered.has("keyFile")) {
            out.println("Private key:       " + registered.path("keyFile").asString());
            out.println(
                    "Certificate:       " + registered.path("certificateFile").asString());
        }
        if (auth == Auth.CA) {
            out.println("Its certificate comes from your own certificate authority, which 'holdfast cert"
                    + " authority add' registers: issue one with the common name (CN) " + commonName
                    + ", and give the client the whole chain.");
        }
    }
}
