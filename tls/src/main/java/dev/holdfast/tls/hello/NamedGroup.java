package dev.holdfast.tls.hello;

import java.util.Arrays;
import java.util.Optional;

/** Key exchange groups: the ones that the engine can do, and those that clients offer and a person wants the name of. */
public enum NamedGroup {
    X25519(29, "x25519", true),
    SECP256R1(23, "secp256r1", true),
    SECP384R1(24, "secp384r1", true),
    SECP521R1(25, "secp521r1", true),
    X448(30, "x448", true),
    FFDHE2048(256, "ffdhe2048", true),
    FFDHE3072(257, "ffdhe3072", true),
    FFDHE4096(258, "ffdhe4096", true),
    FFDHE6144(259, "ffdhe6144", true),
    FFDHE8192(260, "ffdhe8192", true),
    SECP192R1(19, "secp192r1", false),
    SECP224R1(21, "secp224r1", false),
    SECP256K1(22, "secp256k1", false),
    BRAINPOOL_P256R1(26, "brainpoolP256r1", false),
    BRAINPOOL_P384R1(27, "brainpoolP384r1", false),
    BRAINPOOL_P512R1(28, "brainpoolP512r1", false),
    SECP256R1_MLKEM768(0x11EB, "SecP256r1MLKEM768", false),
    X25519_MLKEM768(0x11EC, "X25519MLKEM768", false),
    SECP384R1_MLKEM1024(0x11ED, "SecP384r1MLKEM1024", false);

    private final int code;
    private final String ianaName;
    private final boolean inEngine;

    NamedGroup(int code, String ianaName, boolean inEngine) {
        this.code = code;
        this.ianaName = ianaName;
        this.inEngine = inEngine;
    }

    public int code() {
        return code;
    }

    /** Whether a policy may hold it. */
    public boolean isInEngine() {
        return inEngine;
    }

    public static Optional<NamedGroup> of(int code) {
        return Arrays.stream(values()).filter(group -> group.code == code).findFirst();
    }

    /** For people: the name of a code, or the code where nobody here knows it. */
    public static String nameOf(int code) {
        return of(code).map(NamedGroup::toString).orElseGet(() -> "0x%04X".formatted(code));
    }

    /** Whether a code, known here or not, is one of finite-field Diffie-Hellman (RFC 7919 2). */
    public static boolean isFiniteField(int code) {
        return code >= 0x0100 && code <= 0x01FF;
    }

    /** By IANA name, in any case. */
    public static Optional<NamedGroup> named(String ianaName) {
        return Arrays.stream(values())
                .filter(group -> group.ianaName.equalsIgnoreCase(ianaName))
                .findFirst();
    }

    /** The IANA name, which the engine uses too. */
    @Override
    public String toString() {
        return ianaName;
    }
}
