package dev.holdfast.tls.trace;

import dev.holdfast.tls.trace.TracedStep.State;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Orders what was seen of one handshake into its nine steps, and says what became of each. */
public final class NineSteps {
    private final List<Seen> seen;
    private final HandshakeFacts facts;
    private final Map<Step, List<Seen>> parts = new EnumMap<>(Step.class);
    /** Alerts and what could not be read; they belong to the step that they broke. */
    private final List<Seen> breaks = new ArrayList<>();

    private @Nullable ServerHello chosen;
    private boolean requested;
    private boolean serverHelloDone;
    private boolean serverCertificate;
    private final Set<Side> changed = EnumSet.noneOf(Side.class);
    private final Set<Side> encrypted = EnumSet.noneOf(Side.class);

    private NineSteps(List<Seen> seen, HandshakeFacts facts) {
        this.seen = seen;
        this.facts = facts;
    }

    /** All nine, in the order of their numbers. */
    public static List<TracedStep> of(List<Seen> seen, HandshakeFacts facts) {
        return new NineSteps(seen, facts).order();
    }

    private List<TracedStep> order() {
        for (Seen each : seen) {
            Step step = place(each);
            if (step == null) {
                breaks.add(each);
            } else {
                parts.computeIfAbsent(step, _ -> new ArrayList<>()).add(each);
            }
        }
        Map<Step, State> states = new EnumMap<>(Step.class);
        for (Step step : Step.values()) {
            states.put(step, state(step));
        }
        Step broken = broken(states);
        if (broken != null) {
            states.put(broken, State.FAILED);
        }
        if (!breaks.isEmpty()) {
            parts.computeIfAbsent(broken == null ? Step.APPLICATION_DATA : broken, _ -> new ArrayList<>())
                    .addAll(breaks);
        }
        StepNotes notes = new StepNotes(chosen, isResumed());
        return states.entrySet().stream()
                .map(entry -> new TracedStep(
                        entry.getKey(),
                        entry.getValue(),
                        notes.of(entry.getKey()),
                        parts.getOrDefault(entry.getKey(), List.of())))
                .toList();
    }

    private @Nullable Step place(Seen one) {
        return switch (one) {
            case Seen.Message(var from, var _, var _, var message) -> place(from, message);
            case Seen.CipherChange(var from, var _, var _) -> {
                changed.add(from);
                yield from == Side.CLIENT ? Step.CLIENT_FINISHED : isTls13() ? Step.SERVER_HELLO : Step.SERVER_FINISHED;
            }
            case Seen.Encrypted(var from, var _, var _) -> placeEncrypted(from);
            case Seen.Alert _, Seen.Unreadable _ -> null;
        };
    }

    private Step place(Side from, HandshakeMessage message) {
        return switch (message) {
            case HandshakeMessage.Hello _ -> Step.CLIENT_HELLO;
            case HandshakeMessage.ServerChoice(var hello) -> {
                chosen = hello;
                yield Step.SERVER_HELLO;
            }
            case HandshakeMessage.Certificates _ -> {
                serverCertificate |= from == Side.SERVER;
                yield ofSide(from, Step.CLIENT_CERTIFICATE, Step.SERVER_CERTIFICATE);
            }
            case HandshakeMessage.CertificateRequest _ -> {
                requested = true;
                yield Step.SERVER_CERTIFICATE;
            }
            case HandshakeMessage.ServerHelloDone _ -> {
                serverHelloDone = true;
                yield Step.SERVER_CERTIFICATE;
            }
            case HandshakeMessage.CertificateStatus _, HandshakeMessage.ServerKey _ -> Step.SERVER_CERTIFICATE;
            case HandshakeMessage.CertificateVerify _ -> Step.CLIENT_CERTIFICATE;
            case HandshakeMessage.ClientKey _ -> Step.KEY_EXCHANGE;
            case HandshakeMessage.NewSessionTicket _ -> Step.SERVER_FINISHED;
            case HandshakeMessage.Other _, HandshakeMessage.Malformed _ ->
                ofSide(
                        from,
                        chosen == null ? Step.CLIENT_HELLO : Step.KEY_EXCHANGE,
                        chosen == null ? Step.SERVER_HELLO : Step.SERVER_CERTIFICATE);
        };
    }

    private static Step ofSide(Side from, Step client, Step server) {
        return from == Side.CLIENT ? client : server;
    }

    /** In TLS 1.3 the server's part up to its Finished comes before the client's; before, one encrypted record of each is its Finished. */
    private Step placeEncrypted(Side from) {
        boolean first = encrypted.add(from);
        if (isTls13()) {
            return from == Side.CLIENT
                    ? Step.CLIENT_FINISHED
                    : encrypted.contains(Side.CLIENT) ? Step.APPLICATION_DATA : Step.SERVER_CERTIFICATE;
        }
        return first ? ofSide(from, Step.CLIENT_FINISHED, Step.SERVER_FINISHED) : Step.APPLICATION_DATA;
    }

    private boolean isTls13() {
        return chosen != null && chosen.isTls13();
    }

    private boolean hasChosen() {
        return chosen != null && !chosen.isRetryRequest();
    }

    /** Before TLS 1.3 a server that resumes goes on with its keys at once, without showing a certificate. */
    private boolean isResumed() {
        return isTls13()
                ? chosen != null && chosen.resumesByKey()
                : changed.contains(Side.SERVER) && !serverCertificate && !serverHelloDone;
    }

    private boolean isFinished(Side side) {
        return facts.finished()
                || (isTls13() ? side == Side.SERVER && facts.serverFinished() : encrypted.contains(side));
    }

    private State state(Step step) {
        return switch (step) {
            case CLIENT_HELLO -> done(parts.containsKey(step));
            case SERVER_HELLO -> done(hasChosen());
            case SERVER_CERTIFICATE ->
                isResumed() && hasChosen()
                        ? State.NOT_NEEDED
                        : done(isTls13() ? isFinished(Side.SERVER) : serverHelloDone);
            case CLIENT_CERTIFICATE -> clientCertificate();
            case KEY_EXCHANGE -> keyExchange();
            case KEYS -> done((isTls13() || isResumed()) ? hasChosen() : parts.containsKey(Step.KEY_EXCHANGE));
            case CLIENT_FINISHED -> done(isFinished(Side.CLIENT));
            case SERVER_FINISHED -> done(isFinished(Side.SERVER));
            case APPLICATION_DATA -> done(facts.finished());
        };
    }

    private State clientCertificate() {
        if (isTls13()) {
            return !facts.finished() ? State.NOT_REACHED : facts.certificateRequested() ? State.DONE : State.NOT_NEEDED;
        }
        if (parts.containsKey(Step.CLIENT_CERTIFICATE)) {
            return State.DONE;
        }
        return isResumed() || (serverHelloDone && !requested) ? State.NOT_NEEDED : State.NOT_REACHED;
    }

    private State keyExchange() {
        if (isTls13()) {
            return hasChosen() ? State.COMBINED : State.NOT_REACHED;
        }
        return isResumed() ? State.NOT_NEEDED : done(parts.containsKey(Step.KEY_EXCHANGE));
    }

    private static State done(boolean it) {
        return it ? State.DONE : State.NOT_REACHED;
    }

    /** The next step of whoever ended the handshake; null when nobody did. */
    private @Nullable Step broken(Map<Step, State> states) {
        Side by = facts.endedBy();
        if (by == null) {
            return null;
        }
        return sequence().stream()
                .filter(step -> step.by() == by && states.get(step) == State.NOT_REACHED)
                .findFirst()
                .orElse(Step.APPLICATION_DATA);
    }

    /** In the order of time. */
    private List<Step> sequence() {
        return isTls13()
                ? List.of(
                        Step.CLIENT_HELLO,
                        Step.SERVER_HELLO,
                        Step.KEYS,
                        Step.SERVER_CERTIFICATE,
                        Step.SERVER_FINISHED,
                        Step.CLIENT_CERTIFICATE,
                        Step.CLIENT_FINISHED,
                        Step.APPLICATION_DATA)
                : List.of(Step.values());
    }
}
