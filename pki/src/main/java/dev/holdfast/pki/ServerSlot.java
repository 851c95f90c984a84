package dev.holdfast.pki;

/** The two places for a server's chain, by the key of its leaf. */
public enum ServerSlot {
    /** An RSA leaf. */
    RSA("rsa"),
    /** A leaf on P-256. */
    ECDSA("ecc");

    private final String directory;

    ServerSlot(String directory) {
        this.directory = directory;
    }

    String directory() {
        return directory;
    }

    /** What the installation makes for it. */
    Hierarchy.Kinds kinds() {
        return switch (this) {
            case RSA -> new Hierarchy.Kinds("RSA", KeyKind.RSA_3072, KeyKind.RSA_2048, false);
            case ECDSA -> new Hierarchy.Kinds("ECC", KeyKind.EC_P384, KeyKind.EC_P256, true);
        };
    }
}
