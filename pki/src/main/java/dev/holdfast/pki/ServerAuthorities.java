package dev.holdfast.pki;

import dev.holdfast.base.Limits;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/**
 * The two hierarchies that an installation shows as a server, one RSA and one ECC, made at its first start and used again at every
 * later one.
 *
 * <p>RSA: root and intermediate 3072, leaf 2048. ECC: root and intermediate P-384, leaf P-256. Roots last 20 years, intermediates
 * 10, leaves 397 days. A leaf that has fewer than 30 days left, or other names than the domains ask for, is made anew; opening
 * again while the server runs is how it renews without a restart.
 *
 * @param rsa for clients that can verify RSA signatures, which is nearly every one
 * @param ecc for clients that can't
 * @param trustBundle the file {@code ca.pem} with both roots, RSA first, for clients
 */
public record ServerAuthorities(ServerChain rsa, ServerChain ecc, Path trustBundle) {
    private static final Hierarchy.Kinds RSA = new Hierarchy.Kinds("RSA", KeyKind.RSA_3072, KeyKind.RSA_2048);
    private static final Hierarchy.Kinds ECC = new Hierarchy.Kinds("ECC", KeyKind.EC_P384, KeyKind.EC_P256);

    /**
     * Opens the hierarchies under {@code data/pki} and makes what is missing; writes {@code data/ca.pem}. Blocks for a second or
     * two at a first start. Not for two processes at once on the same directory.
     *
     * @param domains in lower case; the leaves name their hubs
     * @throws IOException when a file can't be read, written or used; the message names it and says what to do
     * @throws IllegalArgumentException when a domain is none
     */
    public static ServerAuthorities openOrCreate(
            Path data, List<String> domains, Limits.Certificates limits, InstantSource clock) throws IOException {
        ServerNames names = ServerNames.of(domains);
        Path pki = data.resolve("pki");
        Files.createDirectories(data);
        AtomicFile.closedDirectory(pki);
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            Hierarchy rsa = new Hierarchy(pki.resolve("rsa"), RSA, names, limits, clock);
            Hierarchy ecc = new Hierarchy(pki.resolve("ecc"), ECC, names, limits, clock);
            Future<ServerChain> rsaChain = threads.submit(() -> rsa.openOrCreate(threads));
            Future<ServerChain> eccChain = threads.submit(() -> ecc.openOrCreate(threads));
            ServerChain rsaMade = await(rsaChain);
            ServerChain eccMade = await(eccChain);
            Path bundle = data.resolve("ca.pem").toAbsolutePath();
            writeBundle(bundle, Pem.write(rsaMade.root()) + Pem.write(eccMade.root()));
            return new ServerAuthorities(rsaMade, eccMade, bundle);
        }
    }

    private static ServerChain await(Future<ServerChain> chain) throws IOException {
        try {
            return chain.get();
        } catch (ExecutionException e) {
            if (e.getCause() instanceof IOException io) {
                throw io;
            }
            throw new IllegalStateException("a server certificate could not be made", e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("stopped while the certificate authorities were being opened", e);
        }
    }

    private static void writeBundle(Path bundle, String text) throws IOException {
        byte[] content = text.getBytes(StandardCharsets.US_ASCII);
        if (Files.exists(bundle) && Arrays.equals(Files.readAllBytes(bundle), content)) {
            return;
        }
        AtomicFile.write(bundle, content, AtomicFile.EVERYONE_READS);
    }
}
