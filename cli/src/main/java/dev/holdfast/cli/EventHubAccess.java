package dev.holdfast.cli;

import dev.holdfast.cli.monitor.EventHubConnection;

/** How telemetry of a hub is read by whoever may ask the operator API. */
final class EventHubAccess {
    private static final int STANDARD_AMQP_PORT = 5671;

    private EventHubAccess() {}

    /**
     * The hub is named in what is asked for, so the way to the server may be any of its names, and the one of the operator API
     * works from here.
     */
    static EventHubConnection of(ServerOptions server, HubOption hub) throws CommandFailure {
        String way = server.address().url().getHost();
        try (OperatorClient client = server.connect()) {
            EventHubConnection said = EventHubConnection.parse(client.get(hub.path("connection-strings"))
                    .path("eventHubConnectionString")
                    .asString(""));
            String port = said.port() == STANDARD_AMQP_PORT ? "" : ":" + said.port();
            return new EventHubConnection(way, said.port(), way + port, said.policy(), said.key(), said.hub());
        } catch (IllegalArgumentException e) {
            throw new CommandFailure(
                    "hub '" + hub.name() + "' has no shared access policy that telemetry could be read with.", e);
        }
    }
}
