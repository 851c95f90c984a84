package dev.holdfast.tls.hello;

import dev.holdfast.base.BoundedMap;
import java.util.Map;

/**
 * One object for each shape of hello, since a fleet of a hundred thousand devices has a handful of them. The ones that were seen
 * last are kept. Any thread.
 */
public final class HelloShapes {
    /** Codes and letters of a shape that is kept. Clients have 100 to 300; the others are strangers' and would only cost memory. */
    private static final int KEPT_MAX = 1024;

    private final Map<ClientHello, HelloShape> shapes;

    /** @param max how many are kept */
    public HelloShapes(int max) {
        shapes = BoundedMap.ofLastUsed(max);
    }

    public HelloShape of(ClientHello hello) {
        ClientHello shape = hello.shape();
        if (size(shape) > KEPT_MAX) {
            return HelloShape.of(shape);
        }
        synchronized (shapes) {
            HelloShape known = shapes.get(shape);
            if (known != null) {
                return known;
            }
        }
        // Not while others wait: its names are hashes.
        HelloShape made = HelloShape.of(shape);
        synchronized (shapes) {
            HelloShape first = shapes.putIfAbsent(shape, made);
            return first == null ? made : first;
        }
    }

    int count() {
        synchronized (shapes) {
            return shapes.size();
        }
    }

    private static int size(ClientHello shape) {
        return shape.cipherSuites().size()
                + shape.extensions().size()
                + (shape.groups() == null ? 0 : shape.groups().size())
                + (shape.signatureAlgorithms() == null
                        ? 0
                        : shape.signatureAlgorithms().size())
                + (shape.certificateSignatureAlgorithms() == null
                        ? 0
                        : shape.certificateSignatureAlgorithms().size())
                + shape.keyShareGroups().size()
                + shape.applicationProtocols().stream().mapToInt(String::length).sum();
    }
}
