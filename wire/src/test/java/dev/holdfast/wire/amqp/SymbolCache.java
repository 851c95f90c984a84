package dev.holdfast.wire.amqp;

import java.lang.reflect.Field;
import java.util.Map;
import org.apache.qpid.protonj2.types.Symbol;

/** Looks into the engine's cache of symbols, which is never emptied. */
final class SymbolCache {
    private SymbolCache() {}

    /** How many cached symbols have this text; the cache is looked into, not asked, because asking fills it. */
    static long size(String text) throws ReflectiveOperationException {
        Field field = Symbol.class.getDeclaredField("bufferToSymbols");
        field.setAccessible(true);
        Map<?, ?> cache = (Map<?, ?>) field.get(null);
        return cache.values().stream()
                .filter(symbol -> symbol.toString().equals(text))
                .count();
    }
}
