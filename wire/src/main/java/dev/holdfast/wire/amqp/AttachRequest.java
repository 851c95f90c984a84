package dev.holdfast.wire.amqp;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.apache.qpid.protonj2.engine.Link;
import org.apache.qpid.protonj2.types.DescribedType;
import org.apache.qpid.protonj2.types.Symbol;
import org.apache.qpid.protonj2.types.messaging.Source;
import org.apache.qpid.protonj2.types.messaging.Target;
import org.jspecify.annotations.Nullable;

/**
 * What a peer asked for when it attached a link. Symbols that no face reads are not in it ({@link AmqpFace#symbols}).
 *
 * @param source the address that messages come from; official clients leave out what they don't use, so null is common
 * @param target the address that messages go to
 * @param properties link properties by name
 * @param filters of the source by name, the described values themselves
 */
public record AttachRequest(
        String name,
        @Nullable String source,
        @Nullable String target,
        Map<String, Object> properties,
        Map<String, Object> filters,
        Set<String> desiredCapabilities) {

    static AttachRequest of(Link<?> link) {
        Source source = link.getRemoteSource();
        Map<String, Object> filters = source == null ? Map.of() : texts(source.getFilter());
        Object target = link.getRemoteTarget();
        Symbol[] desired = link.getRemoteDesiredCapabilities();
        return new AttachRequest(
                link.getName(),
                source == null ? null : source.getAddress(),
                target instanceof Target messages ? messages.getAddress() : null,
                texts(link.getRemoteProperties()),
                filters,
                desired == null
                        ? Set.of()
                        : Arrays.stream(desired).map(String::valueOf).collect(Collectors.toUnmodifiableSet()));
    }

    private static Map<String, Object> texts(@Nullable Map<Symbol, Object> map) {
        if (map == null) {
            return Map.of();
        }
        Map<String, Object> texts = new LinkedHashMap<>();
        map.forEach((key, value) -> {
            Object plain = value instanceof DescribedType described ? described.getDescribed() : value;
            if (key != null && plain != null) {
                texts.put(key.toString(), plain instanceof Symbol symbol ? symbol.toString() : plain);
            }
        });
        return texts;
    }
}
