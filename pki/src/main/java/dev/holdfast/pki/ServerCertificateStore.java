package dev.holdfast.pki;

import dev.holdfast.base.Limits;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Collectors;

/**
 * The server's certificates and keys in the data directory: {@code pki/rsa} and {@code pki/ecc}, and the roots for clients in
 * {@code ca.pem}. Every change is on disk when its method returns. One thread at a time, one process at a time.
 */
public final class ServerCertificateStore {
    private final Path data;
    private final ServerNames names;
    private final Limits.Certificates limits;
    private final InstantSource clock;

    /**
     * @param domains in lower case; the leaves name their hubs
     * @throws IllegalArgumentException when a domain is none
     */
    public ServerCertificateStore(Path data, List<String> domains, Limits.Certificates limits, InstantSource clock) {
        this.data = data;
        this.names = ServerNames.of(domains);
        this.limits = limits;
        this.clock = clock;
    }

    /**
     * Reads what is there and makes what is missing or ends too soon; writes {@code ca.pem}. Blocks for a second or two at a first
     * start.
     *
     * @throws IOException when a file can't be read, written or used; the message names it and says what to do
     */
    public ServerAuthorities open() throws IOException {
        return open(Set.of());
    }

    /** Makes new leaves of the installation's own for these slots, and shows them: what an operator gave for one is deleted. */
    public ServerAuthorities renew(Set<ServerSlot> slots) throws IOException {
        // The own ones are good before the operator's are gone.
        ServerAuthorities _ = open(slots);
        for (ServerSlot slot : slots) {
            file(slot).delete();
        }
        return open();
    }

    /**
     * Judges an operator's chain and changes nothing.
     *
     * @param chainPem leaf first, then intermediates, with or without the root
     * @param now what is shown at present
     */
    public ServerChainReading read(String chainPem, String keyPem, ServerAuthorities now) {
        List<X509Certificate> roots =
                new ArrayList<>(List.of(now.ownRsa().root(), now.ownEcc().root()));
        roots.addAll(PublicRoots.all());
        return new ServerChainCheck(names, roots, limits, clock.instant()).read(chainPem, keyPem);
    }

    /** Shows an operator's chain in its slot from now on, in later starts, too. */
    public ServerAuthorities put(ServerChainReading.Read read) throws IOException {
        file(read.slot()).write(read.chain());
        return open();
    }

    private OperatorChainFile file(ServerSlot slot) {
        return new OperatorChainFile(directory(slot), slot, limits);
    }

    private Path directory(ServerSlot slot) {
        return data.resolve("pki").resolve(slot.directory());
    }

    private ServerAuthorities open(Set<ServerSlot> renewed) throws IOException {
        Files.createDirectories(data);
        AtomicFile.closedDirectory(data.resolve("pki"));
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            Future<ServerChain> rsa = threads.submit(() -> own(ServerSlot.RSA, renewed, threads));
            Future<ServerChain> ecc = threads.submit(() -> own(ServerSlot.ECDSA, renewed, threads));
            ServerChain ownRsa = await(rsa);
            ServerChain ownEcc = await(ecc);
            Path bundle = data.resolve("ca.pem").toAbsolutePath();
            ServerAuthorities opened = new ServerAuthorities(
                    shown(ServerSlot.RSA, ownRsa), shown(ServerSlot.ECDSA, ownEcc), ownRsa, ownEcc, bundle);
            writeBundle(opened);
            return opened;
        }
    }

    private ServerChain own(ServerSlot slot, Set<ServerSlot> renewed, ExecutorService threads) throws IOException {
        return new Hierarchy(directory(slot), slot.kinds(), names, limits, clock)
                .openOrCreate(threads, renewed.contains(slot));
    }

    private ServerChain shown(ServerSlot slot, ServerChain own) throws IOException {
        OperatorChainFile given = file(slot);
        return given.exists() ? given.read() : own;
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

    private static void writeBundle(ServerAuthorities opened) throws IOException {
        Set<X509Certificate> roots = new LinkedHashSet<>(
                List.of(opened.ownRsa().root(), opened.ownEcc().root()));
        for (ServerSlot slot : ServerSlot.values()) {
            if (opened.shown(slot).rootIsKnown()) {
                roots.add(opened.shown(slot).root());
            }
        }
        byte[] content =
                roots.stream().map(Pem::write).collect(Collectors.joining()).getBytes(StandardCharsets.US_ASCII);
        Path bundle = opened.trustBundle();
        if (Files.exists(bundle) && Arrays.equals(Files.readAllBytes(bundle), content)) {
            return;
        }
        AtomicFile.write(bundle, content, AtomicFile.EVERYONE_READS);
    }
}
