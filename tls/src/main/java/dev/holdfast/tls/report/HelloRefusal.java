package dev.holdfast.tls.report;

import java.time.Duration;

/** The first bytes were not a ClientHello that can be judged. */
public sealed interface HelloRefusal extends TlsRefusal {
    /** What a client spoke instead of TLS, as far as its first bytes tell. */
    enum Spoken {
        HTTP,
        MQTT,
        AMQP,
        /** A hello of SSL 2.0, which clients of before 2011 begin with. */
        SSL2,
        UNKNOWN
    }

    record NotTls(Spoken spoken) implements HelloRefusal {}

    /** @param what the part that breaks the rules, as a clause */
    record HelloMalformed(String what) implements HelloRefusal {}

    /** @param bytes what it claims to be, or what came so far */
    record HelloTooLarge(int bytes, int maxBytes) implements HelloRefusal {}

    /** @param receivedBytes what came in that time; 0 when the client said nothing */
    record HelloTooSlow(Duration maxTime, int receivedBytes) implements HelloRefusal {}

    /** The client went away in the middle of it. */
    record ClosedInHello(int receivedBytes) implements HelloRefusal {}
}
