package dev.holdfast.cli.bench;

import java.nio.charset.StandardCharsets;

/** What a command carries: its number, and as many bytes as were asked for. */
final class CommandBody {
    private static final String NUMBER = "\"number\":";

    private CommandBody() {}

    /** In JSON, as an object. */
    static String of(long number, int size) {
        return "{" + NUMBER + number + ",\"filling\":\"" + "x".repeat(size) + "\"}";
    }

    /** What is sent for a command of this kind. */
    static byte[] of(CommandKind kind, long number, int size) {
        String body = of(number, size);
        String whole = switch (kind) {
            case METHOD -> "{\"methodName\":\"bench\",\"responseTimeoutInSeconds\":30,\"payload\":" + body + "}";
            case DESIRED -> "{\"properties\":{\"desired\":{\"bench\":" + body + "}}}";
            case REPORTED -> "{\"bench\":" + body + "}";
            case MESSAGE -> body;
        };
        return whole.getBytes(StandardCharsets.UTF_8);
    }

    /** The number of what came; -1 for what has none. */
    static long number(String text) {
        int at = text.indexOf(NUMBER);
        if (at < 0) {
            return -1;
        }
        int from = at + NUMBER.length();
        int to = from;
        while (to < text.length() && Character.isDigit(text.charAt(to)) && to - from < 18) {
            to++;
        }
        return to == from ? -1 : Long.parseLong(text, from, to, 10);
    }
}
