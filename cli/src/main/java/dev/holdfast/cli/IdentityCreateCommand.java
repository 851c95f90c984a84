package dev.holdfast.cli;

import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Mixin;
import tools.jackson.databind.node.ObjectNode;

/** A command that registers a device or a module and prints its connection string. */
abstract class IdentityCreateCommand implements Callable<Integer> {
    @Mixin
    private NewCredential credential = new NewCredential();

    @Mixin
    private HubOption hub = new HubOption();

    @Mixin
    private final ServerOptions server;

    @Mixin
    private Output output = new Output();

    @Mixin
    private HelpOption help = new HelpOption();

    IdentityCreateCommand(Map<String, String> environment) {
        this.server = new ServerOptions(environment);
    }

    /** What is to be registered. */
    abstract IdentityArgument identity();

    @Override
    public final Integer call() throws CommandFailure {
        credential.check(help);
        IdentityArgument identity = identity();
        // The server is looked for last, when the files are there.
        ObjectNode registered = credential.register(identity.id(), identity.fileName(), wanted -> {
            try (OperatorClient client = server.connect()) {
                return (ObjectNode) client.post(identity.collection(hub), wanted);
            }
        });
        if (output.isJson()) {
            output.printJson(help.out(), registered);
        } else {
            help.out().println(identity.kind() + " " + identity + " is registered.");
            credential.print(help.out(), registered, identity.toString());
        }
        return 0;
    }
}
