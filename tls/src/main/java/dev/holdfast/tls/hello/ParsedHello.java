package dev.holdfast.tls.hello;

import dev.holdfast.tls.report.HelloRefusal;

/** What came of reading bytes as a ClientHello. */
public sealed interface ParsedHello {
    record Whole(ClientHello hello) implements ParsedHello {}

    record Refused(HelloRefusal why) implements ParsedHello {}
}
