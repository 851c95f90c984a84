package dev.holdfast.wire.amqp;

import java.util.Arrays;
import java.util.function.Consumer;
import javax.security.sasl.SaslException;
import org.apache.qpid.protonj2.buffer.ProtonBuffer;
import org.apache.qpid.protonj2.buffer.ProtonBufferAllocator;
import org.apache.qpid.protonj2.engine.sasl.SaslClientContext;
import org.apache.qpid.protonj2.engine.sasl.SaslClientListener;
import org.apache.qpid.protonj2.engine.sasl.SaslOutcome;
import org.apache.qpid.protonj2.types.Symbol;

/** The client's side of SASL with a mechanism that needs one message. */
final class ClientSaslListener implements SaslClientListener {
    private final ClientSasl sasl;
    private final Consumer<Boolean> ended;

    /** @param ended told whether the server accepted */
    ClientSaslListener(ClientSasl sasl, Consumer<Boolean> ended) {
        this.sasl = sasl;
        this.ended = ended;
    }

    @Override
    public void handleSaslMechanisms(SaslClientContext context, Symbol[] mechanisms) {
        Symbol wanted = Symbol.valueOf(String.valueOf(sasl.mechanism()));
        if (!Arrays.asList(mechanisms).contains(wanted)) {
            context.saslFailure(new SaslException("the server does not offer " + wanted));
            return;
        }
        context.sendChosenMechanism(
                wanted, null, ProtonBufferAllocator.defaultAllocator().copy(sasl.response()));
    }

    @Override
    public void handleSaslChallenge(SaslClientContext context, ProtonBuffer challenge) {
        context.saslFailure(new SaslException("the server sent a challenge to a mechanism that has none"));
    }

    @Override
    public void handleSaslOutcome(SaslClientContext context, SaslOutcome outcome, ProtonBuffer additional) {
        ended.accept(outcome == SaslOutcome.SASL_OK);
    }
}
