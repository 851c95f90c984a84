package dev.holdfast.cli;

import picocli.CommandLine.Option;

/** {@code --hub}: which hub a command is about. */
final class HubOption {
    @Option(
            names = "--hub",
            paramLabel = "HUB",
            converter = NameConverter.class,
            description = "The hub (default: hub1).")
    private String name = "hub1";

    String name() {
        return name;
    }

    /** The path of something of this hub in the operator API. */
    String path(String... segments) {
        String below = OperatorClient.path(segments);
        return OperatorClient.path("hubs", name) + "/" + below;
    }
}
