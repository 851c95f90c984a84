package dev.holdfast.server;

import dev.holdfast.hub.HostNames;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What {@code up} tells the person who started it: what to connect with and what to paste. It shows the demo device's key.
 *
 * @param command by which this program was started, as it can be typed again
 * @param terminal whether a person reads it; where it becomes somebody's log, the keys of the back end are not in it
 */
record Greeting(Ready ready, Config config, String command, boolean terminal) {
    void print(PrintWriter out) {
        out.println();
        out.println("Ready after " + ready.startupMillis() + " ms. Ctrl-C ends it.");
        if (ready.hubs().isEmpty()) {
            out.println("There is no hub yet; make one with: " + inShell(command) + " hub create hub1" + dataOption());
            out.flush();
            return;
        }
        Ready.HubEntry hub = ready.hubs().getFirst();
        printPorts(out, hub);
        out.println();
        out.println("Roots to trust:    " + ready.trustBundle());
        String device = hub.demoDeviceConnectionString();
        if (device != null) {
            out.println("Demo device:       " + device);
        }
        if (terminal) {
            print(out, "Back end:          ", hub.serviceConnectionString());
            print(out, "Event Hubs client: ", hub.eventHubConnectionString());
        } else {
            out.println("Back end:          the connection strings are in "
                    + config.data().resolve("ready.json").toAbsolutePath().normalize());
        }
        if (device != null) {
            printNode(out, device);
            printJava(out, hub, device);
        }
        out.println();
        out.println("To see what devices send, in another terminal:");
        out.println("  " + inShell(command) + " monitor" + dataOption());
        out.flush();
    }

    private static void print(PrintWriter out, String label, @Nullable String value) {
        if (value != null) {
            out.println(label + value);
        }
    }

    private void printPorts(PrintWriter out, Ready.HubEntry hub) {
        out.println("Hub " + hub.name() + " answers as " + hub.hostName() + ": MQTT " + hub.mqttPort() + ", AMQP "
                + hub.amqpPort() + ", HTTPS " + hub.httpsPort() + ", each over TLS only"
                + (config.bind() == null ? ", from this machine only (see --bind)." : "."));
        if (hub.httpsPort() != Config.HTTPS_PORT) {
            out.println("HTTPS is on port " + hub.httpsPort()
                    + " and not on 443: SDKs that use HTTPS or WebSocket always go"
                    + " to 443 and will not get here. MQTT and AMQP are not affected."
                    + (config.ports().https() == null
                            ? " To use 443, end what listens there; below 1024 the Java runtime needs root or the"
                                    + " capability CAP_NET_BIND_SERVICE."
                            : ""));
        }
        if (hub.mqttPort() != Config.MQTT_PORT || hub.amqpPort() != Config.AMQP_PORT) {
            out.println(
                    "The SDKs always use MQTT on 8883 and AMQP on 5671; other ports serve clients that can be told.");
        }
    }

    private void printNode(PrintWriter out, String device) {
        out.println();
        out.println("Send a first message with Node.js (npm install azure-iot-device azure-iot-device-mqtt):");
        out.println();
        List.of(
                        "const { Client, Message } = require('azure-iot-device');",
                        "const { Mqtt } = require('azure-iot-device-mqtt');",
                        "const ca = require('fs').readFileSync('" + inScript(ready.trustBundle()) + "', 'utf8');",
                        "(async () => {",
                        "  const client = Client.fromConnectionString(",
                        "    '" + device + "', Mqtt);",
                        "  await client.setOptions({ ca });",
                        "  await client.open();",
                        "  await client.sendEvent(new Message(JSON.stringify({ temperature: 21.5 })));",
                        "  await client.close();",
                        "})();")
                .forEach(line -> out.println("    " + line));
    }

    /** The Java SDK refuses host names without a dot, so it is given the hub's full name and {@code localhost} as its gateway. */
    private void printJava(PrintWriter out, Ready.HubEntry hub, String device) {
        if (!hub.hostName().equals("localhost")) {
            return;
        }
        String fullName = hub.name() + "." + HostNames.DEFAULT_DOMAIN;
        out.println();
        out.println("The Java SDK needs a host name with a dot; give it");
        out.println(
                "    " + device.replace("HostName=localhost;", "HostName=" + fullName + ";GatewayHostName=localhost;"));
        out.println("or make every name resolve with this line in /etc/hosts:");
        out.println("    127.0.0.1 " + fullName + " hub1.device." + HostNames.DEFAULT_DOMAIN + " hub1.service."
                + HostNames.DEFAULT_DOMAIN + " global." + HostNames.DEFAULT_DOMAIN);
    }

    private String dataOption() {
        return config.data().equals(Path.of("data"))
                ? ""
                : " --data "
                        + inShell(config.data().toAbsolutePath().normalize().toString());
    }

    /** As a word of a shell command. */
    private static String inShell(String text) {
        return text.matches("[A-Za-z0-9/._+-]+") ? text : "'" + text.replace("'", "'\\''") + "'";
    }

    /** Between single quotes of JavaScript. */
    private static String inScript(String text) {
        return text.replace("\\", "\\\\").replace("'", "\\'");
    }
}
