package dev.holdfast.hub.command;

/** What became of a message, as feedback names it. */
public enum Fate {
    SUCCESS("Success"),
    EXPIRED("Expired"),
    DELIVERY_COUNT_EXCEEDED("DeliveryCountExceeded"),
    REJECTED("Rejected"),
    PURGED("Purged");

    private final String text;

    Fate(String text) {
        this.text = text;
    }

    /** Azure's word. */
    public String text() {
        return text;
    }

    static Fate of(String text) {
        for (Fate each : values()) {
            if (each.text.equals(text)) {
                return each;
            }
        }
        throw new IllegalArgumentException("'" + text + "' is the fate of no message");
    }
}
