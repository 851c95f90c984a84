package dev.holdfast.server;

import dev.holdfast.hub.identity.AccessRight;
import dev.holdfast.hub.identity.SymmetricKey;
import dev.holdfast.hub.identity.Thumbprint;
import java.lang.reflect.Constructor;
import java.lang.reflect.RecordComponent;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Makes some value of a type, of records out of values of their parts. */
final class SampleValues {
    private static final Map<Class<?>, Object> SIMPLE = Map.ofEntries(
            Map.entry(int.class, 3),
            Map.entry(long.class, 4L),
            Map.entry(boolean.class, true),
            Map.entry(String.class, "sample"),
            Map.entry(Instant.class, Instant.parse("2026-11-21T09:30:00Z")),
            Map.entry(Duration.class, Duration.ofSeconds(15)),
            Map.entry(List.class, List.of("one", "two")),
            Map.entry(Set.class, Set.of(AccessRight.SERVICE_CONNECT)),
            Map.entry(Record.class, new Sample()),
            Map.entry(SymmetricKey.class, SymmetricKey.random(new SecureRandom())),
            Map.entry(Thumbprint.class, Thumbprint.parse("AB".repeat(32)).orElseThrow()),
            Map.entry(InetSocketAddress.class, new InetSocketAddress(InetAddress.getLoopbackAddress(), 4711)));

    /** Where any record will do. */
    private record Sample() {}

    private SampleValues() {}

    static Object of(Class<?> type) {
        Object simple = SIMPLE.get(type);
        if (simple != null) {
            return simple;
        }
        if (type.isEnum()) {
            return type.getEnumConstants()[0];
        }
        if (type.isSealed()) {
            return of(type.getPermittedSubclasses()[0]);
        }
        if (!type.isRecord()) {
            throw new AssertionError("a sample of " + type + " is missing here");
        }
        Class<?>[] types = Arrays.stream(type.getRecordComponents())
                .map(RecordComponent::getType)
                .toArray(Class<?>[]::new);
        try {
            Constructor<?> constructor = type.getDeclaredConstructor(types);
            constructor.setAccessible(true);
            return constructor.newInstance(
                    Arrays.stream(types).map(SampleValues::of).toArray());
        } catch (ReflectiveOperationException e) {
            throw new LinkageError("no sample of " + type, e);
        }
    }
}
