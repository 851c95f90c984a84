package dev.holdfast.hub.twin;

/** The parts of a twin that clients write. */
public enum TwinSection {
    TAGS("tags"),
    DESIRED("desired properties"),
    REPORTED("reported properties");

    private final String words;

    TwinSection(String words) {
        this.words = words;
    }

    /** As sentences name it. */
    String words() {
        return words;
    }
}
