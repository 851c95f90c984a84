package dev.holdfast.pki;

import static dev.holdfast.pki.Maker.NOW;
import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.base.Commands;
import dev.holdfast.base.Limits;
import dev.holdfast.pki.Maker.Made;
import java.io.ByteArrayInputStream;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/**
 * Chains that are changed at random. What was done to a chain says whether it may be trusted: however many harmless changes there
 * were, it is trusted without a harmful one and refused with one.
 */
final class ChainCheckPropertyTest {
    private static final int ROUNDS = 600;
    private static final int BROKEN_BYTES_ROUNDS = 4000;
    private static final int DEPTH_MAX = 3;

    private final long seed = Long.getLong("seed", new Random().nextLong());
    private final Random random = new Random(seed);
    private final Limits.Certificates limits = Limits.defaults().certificates();
    private final ChainCheck check = new ChainCheck(limits);
    private final List<KeyPair> keys =
            IntStream.range(0, 8).mapToObj(_ -> KeyKind.EC_P256.generate()).toList();
    private final KeyPair foreignKeys = KeyKind.EC_P256.generate();
    private final KeyPair leafKeys = KeyKind.EC_P256.generate();

    /** Authorities from the root down, and a leaf of the last one. */
    private List<Made> chain(int intermediates) {
        List<Made> chain = new ArrayList<>();
        chain.add(Maker.authority("CN=Root", keys.getFirst()).make());
        for (int i = 1; i <= intermediates; i++) {
            chain.add(Maker.authority("CN=Level " + i, keys.get(i))
                    .by(chain.getLast())
                    .make());
        }
        chain.add(Maker.leaf("CN=dev1", leafKeys).by(chain.getLast()).make());
        return chain;
    }

    private enum Harm {
        DROP_INTERMEDIATE,
        EXPIRE_LEAF,
        EXPIRE_INTERMEDIATE,
        EXPIRE_ROOT,
        FOREIGN_INTERMEDIATE_OF_THE_SAME_NAME,
        FOREIGN_ROOT_OF_THE_SAME_NAME,
        LEAF_SIGNED_BY_ITSELF,
        LEAF_SIGNED_BY_A_STRANGER_IN_THE_ISSUERS_NAME,
        INTERMEDIATE_WITHOUT_RIGHT_TO_ISSUE,
        AUTHORITY_NOT_VERIFIED
    }

    private enum Ease {
        SHUFFLE,
        DOUBLE,
        STRANGER,
        SHOW_ROOT,
        SHOW_TWIN_OF_ROOT,
        SHOW_EXPIRED_TWIN,
        SECOND_AUTHORITY
    }

    @Test
    void a_chain_is_trusted_if_and_only_if_nothing_harmful_was_done_to_it() {
        System.out.println("seed " + seed);
        int trusted = 0;
        for (int round = 0; round < ROUNDS; round++) {
            int depth = random.nextInt(DEPTH_MAX + 1);
            List<Made> chain = chain(depth);
            List<Harm> harms = new ArrayList<>();
            if (random.nextBoolean()) {
                Harm harm = Harm.values()[random.nextInt(Harm.values().length)];
                if (depth > 0 || !harm.name().contains("INTERMEDIATE")) {
                    harms.add(harm);
                }
            }
            Case made = apply(chain, harms);
            List<Ease> eases = ease(made);
            ChainResult result = check.check(made.shown, made.anchors, NOW);
            String what = "seed " + seed + " round " + round + " depth " + depth + " " + harms + " " + eases + ": "
                    + (result instanceof ChainResult.Refused(var why) ? why.explain(Commands.OF_NO_HUB) : "trusted");
            assertThat(result instanceof ChainResult.Trusted).as(what).isEqualTo(harms.isEmpty());
            if (result instanceof ChainResult.Trusted(var authority, var path)) {
                trusted++;
                assertThat(authority.name()).as(what).isEqualTo("root");
                assertThat(path).as(what).hasSize(depth + 1);
            } else if (result instanceof ChainResult.Refused(var why)) {
                assertThat(why.reason()).as(what).isNotIn("ChainTooLong", "PathRejected");
            }
        }
        assertThat(trusted).as("both outcomes were tried, seed " + seed).isBetween(ROUNDS / 4, ROUNDS * 3 / 4);
    }

    private record Case(List<X509Certificate> shown, List<ChainAnchor> anchors) {}

    /** What the device shows after the harm, leaf first, without the root. */
    private Case apply(List<Made> chain, List<Harm> harms) {
        List<Made> made = new ArrayList<>(chain);
        boolean verified = true;
        for (Harm harm : harms) {
            int last = made.size() - 1;
            int at = last > 1 ? 1 + random.nextInt(last - 1) : 0;
            switch (harm) {
                case DROP_INTERMEDIATE -> made.remove(at);
                case EXPIRE_LEAF -> made.set(last, again(chain, last).expired().make());
                case EXPIRE_INTERMEDIATE ->
                    made.set(at, again(chain, at).expired().make());
                case EXPIRE_ROOT -> made.set(0, again(chain, 0).expired().make());
                case FOREIGN_INTERMEDIATE_OF_THE_SAME_NAME ->
                    made.set(
                            at,
                            Maker.authority("CN=Level " + at, foreignKeys)
                                    .by(chain.get(at - 1))
                                    .make());
                case FOREIGN_ROOT_OF_THE_SAME_NAME ->
                    made.set(0, Maker.authority("CN=Root", foreignKeys).make());
                case LEAF_SIGNED_BY_ITSELF ->
                    made.set(last, Maker.leaf("CN=dev1", leafKeys).make());
                case LEAF_SIGNED_BY_A_STRANGER_IN_THE_ISSUERS_NAME ->
                    made.set(
                            last,
                            Maker.leaf("CN=dev1", leafKeys)
                                    .by(new Made(chain.get(last - 1).certificate(), foreignKeys))
                                    .make());
                case INTERMEDIATE_WITHOUT_RIGHT_TO_ISSUE ->
                    made.set(
                            at,
                            Maker.leaf("CN=Level " + at, keys.get(at))
                                    .by(chain.get(at - 1))
                                    .make());
                case AUTHORITY_NOT_VERIFIED -> verified = false;
            }
        }
        List<X509Certificate> shown = new ArrayList<>();
        for (int i = made.size() - 1; i > 0; i--) {
            shown.add(made.get(i).certificate());
        }
        List<ChainAnchor> anchors = new ArrayList<>();
        anchors.add(new ChainAnchor("root", made.getFirst().certificate(), verified));
        return new Case(shown, anchors);
    }

    private Maker again(List<Made> chain, int at) {
        if (at == 0) {
            return Maker.authority("CN=Root", keys.getFirst());
        }
        return at == chain.size() - 1
                ? Maker.leaf("CN=dev1", leafKeys).by(chain.get(at - 1))
                : Maker.authority("CN=Level " + at, keys.get(at)).by(chain.get(at - 1));
    }

    private List<Ease> ease(Case made) {
        List<Ease> eases = new ArrayList<>();
        for (int i = random.nextInt(4); i > 0; i--) {
            eases.add(Ease.values()[random.nextInt(Ease.values().length)]);
        }
        for (Ease ease : eases) {
            if (made.shown.size() >= limits.chainMaxCertificates() && ease != Ease.SHUFFLE) {
                continue;
            }
            switch (ease) {
                case SHUFFLE -> Collections.shuffle(made.shown.subList(1, made.shown.size()), random);
                case DOUBLE -> made.shown.add(made.shown.get(random.nextInt(made.shown.size())));
                case STRANGER ->
                    made.shown.add(
                            Maker.authority("CN=Stranger", foreignKeys).make().certificate());
                case SHOW_ROOT -> made.shown.add(made.anchors.getFirst().certificate());
                case SHOW_TWIN_OF_ROOT ->
                    made.shown.add(
                            Maker.authority("CN=Root", foreignKeys).make().certificate());
                case SHOW_EXPIRED_TWIN ->
                    made.shown.add(Maker.authority("CN=Level 1", keys.get(1))
                            .by(new Made(made.anchors.getFirst().certificate(), foreignKeys))
                            .expired()
                            .make()
                            .certificate());
                case SECOND_AUTHORITY ->
                    made.anchors.addFirst(
                            Maker.authority("CN=Root", keys.getLast()).make().registered("second"));
            }
        }
        return eases;
    }

    @Test
    void certificates_with_broken_bytes_are_judged_without_an_exception_and_never_trusted()
            throws GeneralSecurityException {
        System.out.println("seed " + seed);
        List<Made> chain = chain(1);
        List<ChainAnchor> anchors = List.of(chain.getFirst().registered("root"));
        List<X509Certificate> good =
                List.of(chain.get(2).certificate(), chain.get(1).certificate());
        int parsed = 0;
        for (int round = 0; round < BROKEN_BYTES_ROUNDS; round++) {
            int which = random.nextInt(2);
            byte[] der = good.get(which).getEncoded();
            for (int i = 1 + random.nextInt(3); i > 0; i--) {
                der[random.nextInt(der.length)] = (byte) random.nextInt(256);
            }
            X509Certificate broken = parse(der);
            if (broken == null || broken.equals(good.get(which))) {
                continue;
            }
            parsed++;
            List<X509Certificate> shown = new ArrayList<>(good);
            shown.set(which, broken);
            ChainResult result = check.check(shown, anchors, NOW);
            if (result instanceof ChainResult.Trusted) {
                assertThat(Arrays.equals(
                                broken.getTBSCertificate(), good.get(which).getTBSCertificate()))
                        .as("seed " + seed + " round " + round + ": only what is signed counts")
                        .isTrue();
            }
            Names.commonNames(broken);
        }
        assertThat(parsed).as("enough were certificates still, seed " + seed).isGreaterThan(BROKEN_BYTES_ROUNDS / 10);
    }

    private static @Nullable X509Certificate parse(byte[] der) {
        try {
            return (X509Certificate)
                    CertificateFactory.getInstance("X.509").generateCertificate(new ByteArrayInputStream(der));
        } catch (CertificateException e) {
            return null;
        }
    }
}
