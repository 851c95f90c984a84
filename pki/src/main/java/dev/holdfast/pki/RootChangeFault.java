package dev.holdfast.pki;

import dev.holdfast.base.Commands;
import java.time.Instant;

/** Why the roots stay as they are: the whole list. */
public sealed interface RootChangeFault {
    /** Stable word for answers: the name of the case. */
    default String reason() {
        return getClass().getSimpleName();
    }

    /** It is being made, or could not be. */
    record NoReserveRoot() implements RootChangeFault {}

    record NoSuchRoot(String sha256) implements RootChangeFault {}

    record RootIsPrimary(String sha256) implements RootChangeFault {}

    /** It was made long after the primary one and less than a day ago, and nobody named it. */
    record ReserveIsNew(String sha256, Instant since) implements RootChangeFault {}

    record RootHasEnded(String sha256, Instant end) implements RootChangeFault {}

    record TooManyFormerRoots(int max) implements RootChangeFault {}

    /** Only former roots are removed. */
    record RootInUse(TrustedRoot.Role role) implements RootChangeFault {}

    /** What is wrong and what to change, in sentences. */
    default String explain() {
        return switch (this) {
            case NoReserveRoot() ->
                "There is no reserve root yet: it is made in the background after a start. Try again in a moment; if it stays"
                        + " so, the server's log says why it can't be made.";
            case NoSuchRoot(var sha256) ->
                "The installation has no root of its own of this world and key type with the SHA-256 " + sha256 + "; "
                        + Commands.plain("cert server root list") + " shows those there are.";
            case RootIsPrimary(var sha256) -> "The root " + sha256 + " is the primary one already.";
            case ReserveIsNew(var sha256, var since) ->
                "The reserve root " + sha256 + " was made at " + since
                        + ", long after the primary one: only clients that got their bundle since then would get in. A day"
                        + " after it was made it can be promoted like any other; before that give its SHA-256 ('--root'), if"
                        + " that is what you want. When a promotion was asked for twice, the first one is done.";
            case RootHasEnded(var sha256, var end) ->
                "The root " + sha256 + " ended at " + end + ": no client would trust it. Promote another one.";
            case TooManyFormerRoots(var max) ->
                "There are " + max
                        + " former roots of this key type, which is the most, because clients have to take all of them."
                        + " Remove one that no client needs any more: "
                        + Commands.plain("cert server root remove SHA-256 --yes") + ".";
            case RootInUse(var role) ->
                "This root is the " + role.word()
                        + " one. Only former roots are removed; promote another one to primary before.";
        };
    }
}
