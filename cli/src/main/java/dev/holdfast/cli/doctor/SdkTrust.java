package dev.holdfast.cli.doctor;

import java.util.List;

/**
 * How a client is told to trust this installation.
 *
 * @param client SDK or tool
 * @param how the exact option or call; {@code CA} stands for the CA file
 * @param isTested whether a test of Holdfast does exactly this; else it is known from the client's sources
 */
public record SdkTrust(String client, String how, boolean isTested) {
    /** Every client that there are facts about. */
    public static List<SdkTrust> all() {
        return List.of(
                new SdkTrust(
                        "Node.js azure-iot-device, MQTT",
                        "await client.setOptions({ca: readFileSync('CA', 'utf8')}), or NODE_EXTRA_CA_CERTS=CA",
                        true),
                new SdkTrust(
                        "Node.js azure-iothub, @azure/event-hubs",
                        "NODE_EXTRA_CA_CERTS=CA, set before node starts",
                        true),
                new SdkTrust(
                        "Python azure-iot-device",
                        "IoTHubDeviceClient.create_from_connection_string(string, server_verification_cert=open('CA').read())",
                        false),
                new SdkTrust(
                        "Java iot-device-client",
                        "ClientOptions.builder().sslContext(context), the context with a trust store of all roots in CA",
                        true),
                new SdkTrust(
                        "Java iot-service-client",
                        "-Djavax.net.ssl.trustStore=FILE, a PKCS#12 file with all roots in CA",
                        true),
                new SdkTrust(
                        "C azure-iot-sdk-c",
                        "IoTHubDeviceClient_SetOption(device, OPTION_TRUSTED_CERT, text of CA)",
                        false),
                new SdkTrust(
                        ".NET Microsoft.Azure.Devices.Client",
                        "the operating system's trust store; on Debian, each certificate of CA as a file of its own under"
                                + " /usr/local/share/ca-certificates, then update-ca-certificates",
                        false),
                new SdkTrust(
                        "Embedded C azure-sdk-for-c",
                        "has no TLS of its own: give the text of CA to the TLS library that the application brings",
                        false),
                new SdkTrust("mosquitto_pub, openssl, curl", "--cafile CA, -CAfile CA, --cacert CA", true));
    }
}
