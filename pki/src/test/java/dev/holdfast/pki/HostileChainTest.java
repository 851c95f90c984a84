package dev.holdfast.pki;

import static dev.holdfast.pki.Maker.NOW;
import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.base.Commands;
import dev.holdfast.base.Limits;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Each hostile chain has its own end, after a bounded number of signature checks. How long each takes, bench/hostile-chains measures. */
final class HostileChainTest {
    private final Limits.Certificates limits = Limits.defaults().certificates();
    private final ChainCheck check = new ChainCheck(limits);

    static Stream<HostileChain> chains() {
        return Stream.concat(new HostileStructures().all().stream(), new HostileEncodings().all().stream());
    }

    @ParameterizedTest
    @MethodSource("chains")
    void each_ends_as_it_should_after_bounded_steps(HostileChain chain) {
        List<X509Certificate> shown = read(chain);
        if (shown == null) {
            assertThat(chain.expected()).isEqualTo(HostileChain.NOT_READ);
            return;
        }
        ChainBudget budget = new ChainBudget(limits.chainMaxCost());
        ChainResult result = check.check(shown, chain.anchors(), NOW, budget);
        switch (result) {
            case ChainResult.Trusted _ -> assertThat(chain.expected()).isEqualTo(HostileChain.TRUSTED);
            case ChainResult.Refused(var why) -> {
                assertThat(why.reason()).as(why.explain(Commands.OF_NO_HUB)).isEqualTo(chain.expected());
                assertThat(why.explain(Commands.OF_NO_HUB)).hasSizeLessThan(1000);
            }
        }
        assertThat(budget.spent()).isLessThanOrEqualTo(limits.chainMaxCost());
        if (chain.expected().equals("ChainTooComplex")) {
            assertThat(budget.spent())
                    .as("refused before its signatures cost anything")
                    .isLessThanOrEqualTo(2);
        }
        assertThat(Names.commonNames(shown.getFirst())).allMatch(name -> !name.equals("dev1") || isPlainName(chain));
    }

    /** Those whose subject is the plain name in one encoding or another. */
    private static boolean isPlainName(HostileChain chain) {
        return !List.of(
                        "name: with NUL",
                        "name: an octet string",
                        "name: a bit string",
                        "depth: the common name",
                        "name: none at all")
                .contains(chain.name());
    }

    static @Nullable List<X509Certificate> read(HostileChain chain) {
        List<X509Certificate> shown = new ArrayList<>();
        for (byte[] der : chain.shown()) {
            X509Certificate certificate = RawCertificate.parsed(der);
            if (certificate == null) {
                return null;
            }
            shown.add(certificate);
        }
        return shown;
    }
}
