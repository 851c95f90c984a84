package dev.holdfast.pki;

import dev.holdfast.base.Limits;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.lang.reflect.InvocationTargetException;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * Measures what each hostile chain costs, reading and judging, and prints Markdown for the reference: once in a JVM that has
 * checked nothing like it, then after a warm-up. Run by bench/hostile-chains; what it finds is no test.
 *
 * <p>The runtime remembers certificates that it read and signatures that it checked, which an attacker need not let it do. So they
 * are read past its memory, through a class of its own that bench/hostile-chains opens.
 */
final class HostileChainTimes {
    private static final int WARM_UP_ROUNDS = 40;
    private static final int ROUNDS = 41;

    private final ChainCheck check = new ChainCheck(Limits.defaults().certificates());
    /** Time of this thread alone, so that a busy machine does not count. */
    private final ThreadMXBean threads = ManagementFactory.getThreadMXBean();

    private String last = "";

    private HostileChainTimes() {}

    public static void main(String[] args) {
        new HostileChainTimes().print();
    }

    private void print() {
        List<HostileChain> chains = Stream.concat(
                        new HostileStructures().all().stream(), new HostileEncodings().all().stream())
                .toList();
        List<Double> cold = chains.stream().map(this::millis).toList();
        System.out.println("| chain | ends as | first, ms | median, ms | longest, ms |");
        System.out.println("|---|---|---|---|---|");
        List<Double> medians = new ArrayList<>();
        double longest = 0;
        for (int i = 0; i < chains.size(); i++) {
            HostileChain chain = chains.get(i);
            IntStream.range(0, WARM_UP_ROUNDS).forEach(_ -> millis(chain));
            List<Double> times = IntStream.range(0, ROUNDS)
                    .mapToObj(_ -> millis(chain))
                    .sorted()
                    .toList();
            medians.add(times.get(ROUNDS / 2));
            longest = Math.max(longest, times.getLast());
            System.out.printf(
                    Locale.ROOT,
                    "| %s | %s | %.1f | %.2f | %.1f |%n",
                    chain.name(),
                    last,
                    cold.get(i),
                    times.get(ROUNDS / 2),
                    times.getLast());
        }
        System.out.printf(
                Locale.ROOT,
                "%nOf %d chains: first at most %.1f ms, median at most %.2f ms, longest %.1f ms.%n",
                chains.size(),
                cold.stream().mapToDouble(each -> each).max().orElseThrow(),
                medians.stream().mapToDouble(each -> each).max().orElseThrow(),
                longest);
    }

    private double millis(HostileChain chain) {
        try {
            List<ChainAnchor> anchors = new ArrayList<>();
            for (ChainAnchor anchor : chain.anchors()) {
                anchors.add(
                        new ChainAnchor(anchor.name(), read(anchor.certificate().getEncoded()), anchor.verified()));
            }
            long begun = threads.getCurrentThreadCpuTime();
            last = judge(chain.shown(), anchors);
            return (threads.getCurrentThreadCpuTime() - begun) / 1e6;
        } catch (ReflectiveOperationException | CertificateException e) {
            throw new IllegalStateException(e);
        }
    }

    private String judge(List<byte[]> encoded, List<ChainAnchor> anchors) throws ReflectiveOperationException {
        List<X509Certificate> shown = new ArrayList<>();
        for (byte[] der : encoded) {
            try {
                shown.add(read(der));
            } catch (InvocationTargetException e) {
                return HostileChain.NOT_READ;
            }
        }
        return switch (check.check(shown, anchors, Maker.NOW)) {
            case ChainResult.Trusted _ -> HostileChain.TRUSTED;
            case ChainResult.Refused(var why) -> why.reason();
        };
    }

    private static X509Certificate read(byte[] der) throws ReflectiveOperationException {
        return Class.forName("sun.security.x509.X509CertImpl")
                .asSubclass(X509Certificate.class)
                .getConstructor(byte[].class)
                .newInstance((Object) der);
    }
}
