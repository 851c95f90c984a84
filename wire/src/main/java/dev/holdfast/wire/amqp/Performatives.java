package dev.holdfast.wire.amqp;

import java.util.Map;

/** Descriptor codes of the performatives (specification 2.7 and 5.3.3). */
final class Performatives {
    static final int OPEN = 0x10;
    static final int BEGIN = 0x11;
    static final int FLOW = 0x13;
    static final int TRANSFER = 0x14;
    static final int DISPOSITION = 0x15;
    static final int DETACH = 0x16;
    static final int END = 0x17;
    static final int CLOSE = 0x18;
    static final int SASL_MECHANISMS = 0x40;
    static final int SASL_OUTCOME = 0x44;

    private static final Map<String, Integer> CODES = Map.ofEntries(
            Map.entry("amqp:open:list", OPEN),
            Map.entry("amqp:begin:list", BEGIN),
            Map.entry("amqp:attach:list", 0x12),
            Map.entry("amqp:flow:list", FLOW),
            Map.entry("amqp:transfer:list", TRANSFER),
            Map.entry("amqp:disposition:list", DISPOSITION),
            Map.entry("amqp:detach:list", DETACH),
            Map.entry("amqp:end:list", END),
            Map.entry("amqp:close:list", CLOSE),
            Map.entry("amqp:sasl-mechanisms:list", SASL_MECHANISMS),
            Map.entry("amqp:sasl-init:list", 0x41),
            Map.entry("amqp:sasl-challenge:list", 0x42),
            Map.entry("amqp:sasl-response:list", 0x43),
            Map.entry("amqp:sasl-outcome:list", SASL_OUTCOME));

    private Performatives() {}

    /** The code of a symbolic descriptor; -1 when it is none. */
    static int codeOf(String symbol) {
        return CODES.getOrDefault(symbol, -1);
    }

    static boolean isAmqp(int code) {
        return code >= OPEN && code <= CLOSE;
    }

    static boolean isSasl(int code) {
        return code >= SASL_MECHANISMS && code <= SASL_OUTCOME;
    }

    /** All symbolic descriptors. */
    static Iterable<String> symbols() {
        return CODES.keySet();
    }
}
