package dev.holdfast.cli;

import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.TypeConversionException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

@Command(
        name = "create",
        description = "Registers a device and prints its connection string.",
        footer = {
            "",
            "Examples:",
            "  holdfast device create thermometer-7",
            "  holdfast device create valve-1 --auth self-signed --out valve-1",
            "  holdfast device create pump-3 --auth ca"
        })
final class DeviceCreateCommand implements Callable<Integer> {
    /** How a device proves who it is, as it is spelled on the command line. */
    enum Auth {
        SAS,
        SELF_SIGNED,
        CA,
        NONE;

        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT).replace('_', '-');
        }
    }

    @Parameters(
            paramLabel = "ID",
            converter = NameConverter.class,
            description = "1 to 128 letters, digits or marks; compared by case.")
    private String id = "";

    @Option(
            names = "--auth",
            paramLabel = "HOW",
            converter = AuthConverter.class,
            description = "sas (a key), self-signed (a certificate by its thumbprint), ca (a certificate of an"
                    + " authority) or none (default: sas).")
    private Auth auth = Auth.SAS;

    @Option(
            names = "--thumbprint",
            paramLabel = "HEX",
            description = "SHA-1 or SHA-256 of the device's certificate, for self-signed; twice for a primary and a"
                    + " secondary one. Without it a key and a certificate are made.")
    private List<String> thumbprints = List.of();

    @Option(
            names = "--out",
            paramLabel = "DIR",
            description = "Where to write the key (ID-key.pem) and the certificate (ID-certificate.pem) that are made.")
    private @Nullable Path out;

    @Mixin
    private HubOption hub = new HubOption();

    @Mixin
    private final ServerOptions server;

    @Mixin
    private Output output = new Output();

    @Mixin
    private HelpOption help = new HelpOption();

    DeviceCreateCommand(Map<String, String> environment) {
        this.server = new ServerOptions(environment);
    }

    @Override
    public Integer call() throws CommandFailure {
        checkUse();
        ObjectNode wanted = JsonMapper.shared().createObjectNode();
        wanted.put("id", id).put("authentication", auth.toString());
        if (!thumbprints.isEmpty()) {
            ArrayNode array = wanted.putArray("thumbprints");
            thumbprints.forEach(array::add);
        }
        Path directory = out;
        if (directory == null) {
            print(register(wanted));
            return 0;
        }
        // Before the device exists: a file that can't be written must not cost a key that is shown only once.
        try (KeyFiles files = KeyFiles.reserve(directory, id)) {
            ObjectNode device = register(wanted);
            files.write(
                    device.path("privateKey").asString(""),
                    device.path("certificate").asString(""));
            device.remove(List.of("privateKey", "certificate"));
            device.put("keyFile", files.key().toString())
                    .put("certificateFile", files.certificate().toString());
            print(device);
        }
        return 0;
    }

    private ObjectNode register(ObjectNode wanted) throws CommandFailure {
        try (OperatorClient client = server.connect()) {
            return (ObjectNode) client.post(hub.path("devices"), wanted);
        }
    }

    private void print(ObjectNode device) {
        if (output.isJson()) {
            output.printJson(help.out(), device);
            return;
        }
        print(help.out(), device);
        if (auth == Auth.CA) {
            help.out()
                    .println("Its certificate comes from your own certificate authority, which 'holdfast cert"
                            + " authority add' registers: issue one with the common name (CN) " + id
                            + ", and give the device the whole chain.");
        }
    }

    private void checkUse() {
        boolean makesKey = auth == Auth.SELF_SIGNED && thumbprints.isEmpty();
        if (makesKey && out == null) {
            throw help.wrongUse("--auth self-signed needs --thumbprint HEX of the certificate that the device has, or"
                    + " --out DIR to write a new key and certificate to.");
        }
        if (auth == Auth.CA && out != null) {
            throw help.wrongUse(
                    "--auth ca takes no --out: the device's certificate is issued by your own authority, with the"
                            + " device id as its common name; Holdfast does not have that authority's key.");
        }
        if (!makesKey && out != null) {
            throw help.wrongUse("--out is for --auth self-signed without --thumbprint; nothing else writes files.");
        }
        if (auth != Auth.SELF_SIGNED && !thumbprints.isEmpty()) {
            throw help.wrongUse("--thumbprint is for --auth self-signed.");
        }
        if (thumbprints.size() > 2) {
            throw help.wrongUse("A device has at most two thumbprints.");
        }
    }

    private static void print(PrintWriter out, JsonNode device) {
        out.println("Device " + device.path("id").asString() + " is registered.");
        String connectionString = device.path("connectionString").asString("");
        if (!connectionString.isEmpty()) {
            out.println("Connection string: " + connectionString);
        }
        if (device.has("keyFile")) {
            out.println("Private key:       " + device.path("keyFile").asString());
            out.println("Certificate:       " + device.path("certificateFile").asString());
        }
    }

    /** Reads {@link Auth} as spelled on the command line. */
    static final class AuthConverter implements ITypeConverter<Auth> {
        @Override
        public Auth convert(String text) {
            for (Auth auth : Auth.values()) {
                if (auth.toString().equalsIgnoreCase(text)) {
                    return auth;
                }
            }
            throw new TypeConversionException("expected sas, self-signed, ca or none");
        }
    }
}
