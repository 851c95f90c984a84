package dev.holdfast.server.setting;

/** A setting that can't be taken; the message is one sentence, in one line, that says where it stands and what to change. */
public final class WrongSettingException extends Exception {
    private static final int QUOTED_MAX_CHARS = 60;

    private final boolean fromOption;

    WrongSettingException(String sentence) {
        super(sentence);
        this.fromOption = false;
    }

    WrongSettingException(Origin origin, String sentence) {
        super(origin.text() + ": " + sentence);
        this.fromOption = origin instanceof Origin.Option;
    }

    public String sentence() {
        return String.valueOf(getMessage());
    }

    /** Whether it stands on the command line, so that a look at the usage helps. */
    public boolean isFromOption() {
        return fromOption;
    }

    /** A text from outside, short enough for a sentence and unable to end its line. */
    static String quoted(String text) {
        String cut = text.length() <= QUOTED_MAX_CHARS ? text : text.substring(0, QUOTED_MAX_CHARS) + "…";
        return "'" + cut.replaceAll("[\\p{Cntrl}\\u2028\\u2029]", "?") + "'";
    }
}
