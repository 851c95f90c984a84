package dev.holdfast.hub.identity;

/** What a client takes for the key when it signs a token. */
public enum Signing {
    /** The bytes that the base64 text stands for: every IoT client. */
    KEY_BYTES,
    /** The characters of the base64 text: Event Hubs clients. */
    KEY_TEXT
}
