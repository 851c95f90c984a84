package dev.holdfast.pki;

import java.time.Duration;
import java.time.InstantSource;

/** Certificates for devices that this installation makes itself. */
public final class DeviceCertificates {
    private static final int COMMON_NAME_MAX_CHARS = 257;

    private DeviceCertificates() {}

    /**
     * A key and a certificate signed with it, for a device that is registered by thumbprint.
     *
     * @param commonName the device id, or {@code device/module}
     * @param life how long it is valid from now on; it begins a day earlier
     */
    public static KeyAndCertificate selfSigned(String commonName, KeyKind kind, Duration life, InstantSource clock) {
        if (commonName.isEmpty() || commonName.length() > COMMON_NAME_MAX_CHARS) {
            throw new IllegalArgumentException(
                    "a common name has 1 to " + COMMON_NAME_MAX_CHARS + " characters: " + commonName.length());
        }
        return new Issuing(clock).selfSignedDevice(commonName, kind, kind.generate(), life);
    }
}
