package dev.holdfast.tls.hello;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * One object for each shape of hello, since a fleet of a hundred thousand devices has a handful of them. The ones that were seen
 * last are kept. Any thread.
 */
public final class HelloShapes {
    private final Map<ClientHello, HelloShape> shapes;

    /** @param max how many are kept */
    public HelloShapes(int max) {
        shapes = new LinkedHashMap<>(16, 0.75f, true) {
            private static final long serialVersionUID = 1;

            @Override
            protected boolean removeEldestEntry(Map.Entry<ClientHello, HelloShape> eldest) {
                return size() > max;
            }
        };
    }

    public HelloShape of(ClientHello hello) {
        ClientHello shape = hello.shape();
        synchronized (shapes) {
            return shapes.computeIfAbsent(shape, HelloShape::of);
        }
    }
}
