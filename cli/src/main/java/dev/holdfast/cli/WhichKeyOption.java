package dev.holdfast.cli;

import picocli.CommandLine.Option;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** {@code --which}: which of two keys is made anew. */
final class WhichKeyOption {
    @Option(
            names = "--which",
            paramLabel = "KEY",
            required = true,
            description = "primary, secondary, both, or swap to let the two change places.")
    private String which = "";

    /** What to ask the server for. */
    ObjectNode wanted() {
        return JsonMapper.shared().createObjectNode().put("which", which);
    }
}
