package dev.holdfast.tls.hello;

import java.util.Arrays;
import java.util.Optional;

/** The versions of TLS, oldest first, with the code on the wire and the name that the engine knows. */
public enum TlsVersion {
    TLS_1_0(0x0301, "TLSv1", "TLS 1.0"),
    TLS_1_1(0x0302, "TLSv1.1", "TLS 1.1"),
    TLS_1_2(0x0303, "TLSv1.2", "TLS 1.2"),
    TLS_1_3(0x0304, "TLSv1.3", "TLS 1.3");

    private static final int SSL_3_0 = 0x0300;

    private final int code;
    private final String engineName;
    private final String label;

    TlsVersion(int code, String engineName, String label) {
        this.code = code;
        this.engineName = engineName;
        this.label = label;
    }

    public int code() {
        return code;
    }

    /** As JSSE spells it. */
    public String engineName() {
        return engineName;
    }

    public static Optional<TlsVersion> of(int code) {
        return Arrays.stream(values()).filter(version -> version.code == code).findFirst();
    }

    /** For people: the name of a code, or the code where nobody here knows it. */
    public static String nameOf(int code) {
        return of(code).map(TlsVersion::toString)
                .orElseGet(() -> code == SSL_3_0 ? "SSL 3.0" : "0x%04X".formatted(code));
    }

    /** By what an engine calls it. */
    public static Optional<TlsVersion> ofEngineName(String engineName) {
        return Arrays.stream(values())
                .filter(version -> version.engineName.equals(engineName))
                .findFirst();
    }

    /** By its number alone, as settings and Azure's {@code minTlsVersion} have it: {@code 1.2}. */
    public static Optional<TlsVersion> ofNumber(String number) {
        return Arrays.stream(values())
                .filter(version -> version.number().equals(number))
                .findFirst();
    }

    /** Such as {@code 1.2}. */
    public String number() {
        return label.substring("TLS ".length());
    }

    /** As people write it. */
    @Override
    public String toString() {
        return label;
    }
}
