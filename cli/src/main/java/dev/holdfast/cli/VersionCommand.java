package dev.holdfast.cli;

import dev.holdfast.base.Version;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

@Command(
        name = "version",
        description = "Prints the version of this command and of the Java runtime it uses.",
        footer = {"", "Example:", "  holdfast version"})
final class VersionCommand implements Runnable {
    @Mixin
    private HelpOption help = new HelpOption();

    @Mixin
    private Output output = new Output();

    @Override
    public void run() {
        String java = Runtime.version().toString();
        if (output.isJson()) {
            ObjectNode version = JsonMapper.shared().createObjectNode();
            output.printJson(
                    help.out(), version.put("version", Version.current()).put("java", java));
        } else {
            help.out().println("holdfast " + Version.current() + " (Java " + java + ")");
        }
    }
}
