package dev.holdfast.cli;

/** What a hub registers, as a command names it: a device, or a module of one. */
sealed interface IdentityArgument permits DeviceArgument, ModuleArgument {
    /** What it is, at the beginning of a sentence. */
    String kind();

    /** Its own id, in a module's case without its device. */
    String id();

    /** How the names of files begin that are made for it. */
    String fileName();

    /** The path below its hub in the operator API where it and its like are registered. */
    String collection(HubOption hub);

    /** Its path below its hub in the operator API. */
    default String path(HubOption hub, String... more) {
        String path = collection(hub) + "/" + OperatorClient.path(id());
        return more.length == 0 ? path : path + "/" + OperatorClient.path(more);
    }
}
