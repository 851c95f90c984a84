package dev.holdfast.insight.fleet;

import dev.holdfast.tls.hello.ClientHello;
import dev.holdfast.tls.hello.HelloShape;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Hellos as clients of some kinds send them. */
public final class Hellos {
    private static final List<Integer> SIGNATURES = List.of(0x0403, 0x0503, 0x0804, 0x0805, 0x0401, 0x0501);

    private Hellos() {}

    /** As OpenSSL 3 does. */
    public static HelloShape modern() {
        return shape(
                0x0303,
                List.of(0x1302, 0x1301, 0xC02F, 0xC030, 0xC027),
                List.of(0, 11, 10, 35, 22, 23, 13, 43, 45, 51),
                List.of(0x0304, 0x0303),
                List.of(0x11EC, 29, 23),
                SIGNATURES);
    }

    /** TLS 1.2, RSA certificates, no authenticated cipher. */
    public static HelloShape cbc() {
        return shape(
                0x0303,
                List.of(0xC027, 0xC028, 0x00FF),
                List.of(0, 10, 11, 13),
                null,
                List.of(23),
                List.of(0x0401, 0x0501));
    }

    /** TLS 1.0. */
    public static HelloShape old() {
        return shape(0x0301, List.of(0xC013, 0x002F, 0x000A), List.of(0, 10, 11), null, List.of(23), null);
    }

    /** As {@link #modern}, and unlike every other number. */
    public static HelloShape number(int number) {
        return shape(
                0x0303,
                List.of(0x1302, 0x1301, 0xC02F),
                List.of(0, 11, 10, 13, 43, 51, 20_000 + number),
                List.of(0x0304, 0x0303),
                List.of(29, 23),
                SIGNATURES);
    }

    static HelloShape shape(
            int version,
            List<Integer> suites,
            List<Integer> extensions,
            @Nullable List<Integer> versions,
            List<Integer> groups,
            @Nullable List<Integer> signatures) {
        return HelloShape.of(new ClientHello(
                version,
                0,
                0,
                suites,
                extensions,
                versions,
                groups,
                versions == null ? List.of() : groups.subList(0, 1),
                signatures,
                null,
                null,
                List.of(),
                null));
    }
}
