package dev.holdfast.hub.revocation;

import dev.holdfast.base.BoundedMap;
import dev.holdfast.base.Limits;
import dev.holdfast.pki.OcspAnswer;
import dev.holdfast.pki.OcspQuestion;
import java.io.IOException;
import java.math.BigInteger;
import java.net.URI;
import java.security.PublicKey;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What OCSP responders answered for one hub, as long as it counts; asks them when it does not. A certificate is asked about once at a
 * time, however many wait. Any thread.
 */
final class Responses {
    private static final String CONTENT_TYPE = "application/ocsp-request";

    /** How long a responder that failed is left alone, for one certificate. */
    private static final Duration AFTER_FAILURE = Duration.ofSeconds(30);

    /** For an answer without an end: newer information may be there at any time (RFC 6960 4.2.2.1). */
    private static final Duration WITHOUT_END = Duration.ofMinutes(5);

    /** Questions that no device waits for; more of them wait for the next look. */
    private static final int AGAIN_MAX = 1000;

    private record Key(PublicKey issuer, BigInteger serial, URI responder) {}

    /** Waits for its turn and asks. */
    private interface Question {
        Remembered ask() throws InterruptedException;
    }

    /** @param since when it came; a clock that is before that was set back, and {@code until} means nothing then */
    private record Remembered(Answer answer, Instant since, Instant until) {
        boolean counts(Instant now) {
            return !now.isBefore(since) && !now.isAfter(until);
        }
    }

    private final Outgoing outgoing;
    private final Executor threads;
    private final InstantSource clock;
    private final Limits limits;
    private final Runnable news;
    private final Semaphore turns;

    /** Of the turns, those for questions that no device waits for: a slow responder must leave some to newcomers. */
    private final Semaphore turnsAgain;

    private final Map<Key, CompletableFuture<Answer>> asking = new ConcurrentHashMap<>();
    private final Map<Key, Remembered> answers;
    private final AtomicLong good = new AtomicLong();
    private final AtomicLong revoked = new AtomicLong();
    private final AtomicLong unknown = new AtomicLong();

    /** @param news run when an answer came that is not good; quick */
    Responses(Outgoing outgoing, Executor threads, InstantSource clock, Limits limits, Runnable news) {
        this.outgoing = outgoing;
        this.threads = threads;
        this.clock = clock;
        this.limits = limits;
        this.news = news;
        this.turns = new Semaphore(limits.revocation().questionsMax());
        this.turnsAgain = new Semaphore(Math.max(1, limits.revocation().questionsMax() / 2));
        this.answers = BoundedMap.ofLastUsed(limits.revocation().answersMax());
    }

    /** What is known, or becomes known while this waits. */
    Answer ask(X509Certificate issuer, X509Certificate certificate, URI responder) {
        Key key = new Key(issuer.getPublicKey(), certificate.getSerialNumber(), responder);
        Remembered remembered = remembered(key);
        if (remembered != null && remembered.counts(clock.instant())) {
            return remembered.answer;
        }
        Answer answer = await(begin(key, () -> inTurn(() -> question(key, issuer, certificate))));
        return remembered != null && staysRevoked(remembered.answer, answer) ? remembered.answer : answer;
    }

    /** A responder that falls silent must not let in whom it kept out. */
    private static boolean staysRevoked(Answer before, Answer now) {
        return before instanceof Answer.IsRevoked && now instanceof Answer.Unknown;
    }

    private Answer await(CompletableFuture<Answer> pending) {
        Duration most = limits.revocation().answerMaxTime();
        try {
            return pending.get(most.toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException e) {
            return new Answer.Unknown("it did not answer within " + most.toSeconds() + " s");
        } catch (ExecutionException e) {
            return new Answer.Unknown("asking it failed");
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return new Answer.Unknown("asking it was interrupted");
        }
    }

    /** What is known; what is not, or not any more, is asked for meanwhile. */
    Answer known(X509Certificate issuer, X509Certificate certificate, URI responder) {
        Key key = new Key(issuer.getPublicKey(), certificate.getSerialNumber(), responder);
        Remembered remembered = remembered(key);
        boolean counts = remembered != null && remembered.counts(clock.instant());
        if (!counts && asking.size() < AGAIN_MAX) {
            var _ = begin(key, () -> again(() -> question(key, issuer, certificate)));
        }
        if (remembered == null) {
            return new Answer.Pending();
        }
        // Until there is another answer, one that let nobody in does not become better by its age.
        return counts || !(remembered.answer instanceof Answer.Good) ? remembered.answer : new Answer.Pending();
    }

    private @Nullable Remembered remembered(Key key) {
        synchronized (answers) {
            return answers.get(key);
        }
    }

    private CompletableFuture<Answer> begin(Key key, Question question) {
        CompletableFuture<Answer> mine = new CompletableFuture<>();
        CompletableFuture<Answer> others = asking.putIfAbsent(key, mine);
        if (others != null) {
            return others;
        }
        try {
            threads.execute(() -> run(key, question, mine));
        } catch (RejectedExecutionException e) {
            // The server is stopping.
            asking.remove(key);
            mine.complete(new Answer.Unknown("asking it failed"));
        }
        return mine;
    }

    private Remembered inTurn(Supplier<Remembered> question) throws InterruptedException {
        turns.acquire();
        try {
            return question.get();
        } finally {
            turns.release();
        }
    }

    private Remembered again(Supplier<Remembered> question) throws InterruptedException {
        turnsAgain.acquire();
        try {
            return inTurn(question);
        } finally {
            turnsAgain.release();
        }
    }

    private void run(Key key, Question question, CompletableFuture<Answer> waiting) {
        Remembered found = failed("asking it failed");
        Remembered before = null;
        try {
            found = question.ask();
            synchronized (answers) {
                before = answers.get(key);
                if (before != null && staysRevoked(before.answer, found.answer)) {
                    found = new Remembered(before.answer, found.since, found.until);
                }
                answers.put(key, found);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            asking.remove(key);
            waiting.complete(found.answer);
        }
        count(found.answer);
        // A responder that stays away must not have all connections looked at again with every question.
        boolean same = before != null && before.answer.equals(found.answer);
        if (!same && !(found.answer instanceof Answer.Good)) {
            news.run();
        }
    }

    private void count(Answer answer) {
        switch (answer) {
            case Answer.Good(), Answer.Pending() -> good.incrementAndGet();
            case Answer.IsRevoked _ -> revoked.incrementAndGet();
            case Answer.Unknown _ -> unknown.incrementAndGet();
        }
    }

    /** RFC 5019 responders know SHA-1 only; some others minted their answers with SHA-256. */
    private Remembered question(Key key, X509Certificate issuer, X509Certificate certificate) {
        Remembered first = question(key, issuer, certificate, OcspQuestion.Digest.SHA_1);
        if (first.answer instanceof Answer.Unknown && !isFailure(first)) {
            Remembered second = question(key, issuer, certificate, OcspQuestion.Digest.SHA_256);
            return second.answer instanceof Answer.Unknown ? first : second;
        }
        return first;
    }

    /** Whether it never came to an answer; to ask otherwise would not help. */
    private static boolean isFailure(Remembered remembered) {
        return remembered.answer instanceof Answer.Unknown(var why) && why.startsWith(NO_ANSWER);
    }

    private static final String NO_ANSWER = "it did not answer";

    private Remembered question(
            Key key, X509Certificate issuer, X509Certificate certificate, OcspQuestion.Digest digest) {
        byte[] bytes;
        try {
            bytes = outgoing.post(
                    key.responder,
                    CONTENT_TYPE,
                    OcspQuestion.about(certificate, issuer, digest),
                    limits.revocation().answerMaxBytes());
        } catch (IOException e) {
            return failed(NO_ANSWER + ": " + e.getMessage());
        }
        Instant now = clock.instant();
        return switch (OcspAnswer.read(bytes, certificate, issuer, limits, now)) {
            case OcspAnswer.Good(var end) -> new Remembered(new Answer.Good(), now, until(end, now));
            case OcspAnswer.IsRevoked(var what, var end) ->
                new Remembered(new Answer.IsRevoked(what), now, until(end, now));
            case OcspAnswer.NotKnown() -> failed("it does not know the certificate");
            case OcspAnswer.Unusable(var why) -> failed(why);
        };
    }

    private Remembered failed(String why) {
        Instant now = clock.instant();
        return new Remembered(new Answer.Unknown(why), now, now.plus(AFTER_FAILURE));
    }

    private Instant until(@Nullable Instant end, Instant now) {
        Duration most = limits.revocation().answerMaxAge();
        Duration usual = end == null && WITHOUT_END.compareTo(most) < 0 ? WITHOUT_END : most;
        Instant latest = now.plus(usual);
        Instant until = end != null && end.isBefore(latest) ? end : latest;
        // One that is over already, by a clock that is late, must not be asked for without a pause.
        return until.isAfter(now) ? until : now.plus(AFTER_FAILURE);
    }

    long good() {
        return good.get();
    }

    long revoked() {
        return revoked.get();
    }

    long unknown() {
        return unknown.get();
    }
}
