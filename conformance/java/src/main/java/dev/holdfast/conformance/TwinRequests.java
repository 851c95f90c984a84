package dev.holdfast.conformance;

import com.microsoft.azure.sdk.iot.device.InternalClient;
import com.microsoft.azure.sdk.iot.device.IotHubStatusCode;
import com.microsoft.azure.sdk.iot.device.exceptions.IotHubClientException;
import com.microsoft.azure.sdk.iot.device.twin.Twin;
import com.microsoft.azure.sdk.iot.device.twin.TwinCollection;

/**
 * Requests for a twin, asked again when this SDK lost the answer: its {@code IotHubTransport.onMessageReceived} (2.5.0) hands an answer to another thread before it
 * looks up who waits for it, and when that thread is faster it has forgotten who. On a busy machine this is one answer in ten.
 */
final class TwinRequests {
    private static final int TIMES = 5;
    private static final int PATIENCE_MILLIS = 8000;

    private TwinRequests() {}

    static Twin get(InternalClient client) throws Exception {
        for (int time = 1; ; time++) {
            try {
                return client.getTwin(PATIENCE_MILLIS);
            } catch (IotHubClientException lost) {
                throwUnlessLost(lost, time);
            }
        }
    }

    /** @return the version that the hub answered */
    static int report(InternalClient client, TwinCollection properties) throws Exception {
        for (int time = 1; ; time++) {
            try {
                return client.updateReportedProperties(properties, PATIENCE_MILLIS)
                        .getVersion();
            } catch (IotHubClientException lost) {
                throwUnlessLost(lost, time);
                // The hub has made the change that was not heard of.
                Integer expected = properties.getVersion();
                if (expected != null) {
                    properties.setVersion(expected + 1);
                }
            }
        }
    }

    private static void throwUnlessLost(IotHubClientException lost, int time) throws IotHubClientException {
        if (lost.getStatusCode() != IotHubStatusCode.DEVICE_OPERATION_TIMED_OUT || time == TIMES) {
            throw lost;
        }
    }
}
