package dev.holdfast.pki;

import dev.holdfast.base.Limits;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;

/**
 * The server's certificates and keys of one trust world in the data directory: {@code pki/rsa} and {@code pki/ecc} of the default
 * one, {@code pki/worlds/NAME/…} of another, and the roots for clients in {@code ca.pem} or {@code ca-NAME.pem}. Every change is on
 * disk when its method returns. One thread at a time, one process at a time.
 */
public final class ServerCertificateStore {
    private final Path data;
    private final TrustWorld world;
    private final ServerNames names;
    private final TokenKeys tokens;
    private final Limits.Certificates limits;
    private final InstantSource clock;
    private final Map<ServerSlot, Hierarchy> own = new EnumMap<>(ServerSlot.class);
    private final Map<ServerSlot, OperatorChainFile> given = new EnumMap<>(ServerSlot.class);

    /**
     * Of the default world, without tokens.
     *
     * @param domains in lower case; the leaves name their hubs
     * @throws IllegalArgumentException when a domain is none
     */
    public ServerCertificateStore(Path data, List<String> domains, Limits.Certificates limits, InstantSource clock) {
        this(data, new TrustWorld(TrustWorld.DEFAULT, domains), TokenKeys.none(), limits, clock);
    }

    /**
     * @param tokens where keys are that an operator's chain may have
     * @throws IllegalArgumentException when a domain is none
     */
    public ServerCertificateStore(
            Path data, TrustWorld world, TokenKeys tokens, Limits.Certificates limits, InstantSource clock) {
        this.data = data;
        this.world = world;
        this.names = ServerNames.of(world);
        this.tokens = tokens;
        this.limits = limits;
        this.clock = clock;
        for (ServerSlot slot : ServerSlot.values()) {
            Path directory = world.keys(data).resolve(slot.directory());
            own.put(slot, new Hierarchy(directory, slot, names, limits, clock));
            given.put(slot, new OperatorChainFile(directory, slot, tokens, limits));
        }
    }

    public TrustWorld world() {
        return world;
    }

    /**
     * Reads what is there and makes what is missing or ends too soon; writes the bundle. Blocks for a second or two at a first
     * start. A reserve root that takes long to make is left to {@link #makeReserves}.
     *
     * @throws IOException when a file can't be read, written or used; the message names it and says what to do
     */
    public ServerAuthorities open() throws IOException {
        return open(Set.of(), Hierarchy.Renewed.NOTHING);
    }

    /**
     * Makes new leaves of the installation's own for these slots, and shows them: what an operator gave for one is deleted.
     *
     * @param intermediates whether the leaves get new intermediates, too
     */
    public ServerAuthorities renew(Set<ServerSlot> slots, boolean intermediates) throws IOException {
        // The own ones are good before the operator's are gone, which may be in the way: a key whose token is lost
        // can't be read.
        Map<ServerSlot, Hierarchy.Opened> _ =
                openOwn(slots, intermediates ? Hierarchy.Renewed.INTERMEDIATE : Hierarchy.Renewed.LEAF);
        for (ServerSlot slot : slots) {
            given(slot).delete();
        }
        return open();
    }

    /** Whether {@link #makeReserves} has something to do. */
    public boolean lacksReserve() {
        return own.values().stream().anyMatch(hierarchy -> !hierarchy.roots().hasReserve());
    }

    /** Makes the reserve roots that are missing, and puts them into the bundle. Blocks for a second where an RSA key is made. */
    public ServerAuthorities makeReserves() throws IOException {
        for (Hierarchy hierarchy : own.values()) {
            hierarchy.makeReserve();
        }
        return open();
    }

    /**
     * Whether what is shown is under the primary roots that are on disk. Else a change of root broke off, for want of room say, and
     * {@link #makeReserves} makes the rest.
     */
    public boolean isUnderItsRoots(ServerAuthorities now) throws IOException {
        for (Map.Entry<ServerSlot, Hierarchy> each : own.entrySet()) {
            RootFiles.Held primary = each.getValue().roots().all().getFirst();
            if (!primary.pair().certificate().equals(now.own(each.getKey()).root())) {
                return false;
            }
        }
        return true;
    }

    /**
     * Says what it would mean to make another root the primary one, and changes nothing.
     *
     * @param sha256 of a reserve or former root; null for the reserve, unless that is new
     * @param now what is shown at present
     */
    public RootChange judge(ServerSlot slot, @Nullable String sha256, ServerAuthorities now) throws IOException {
        RootFiles roots = own(slot).roots();
        Optional<RootFiles.Held> next = roots.find(sha256);
        if (next.isEmpty()) {
            return new RootChange.Refused(
                    sha256 == null ? new RootChangeFault.NoReserveRoot() : new RootChangeFault.NoSuchRoot(sha256));
        }
        RootChangeFault fault = roots.faultOf(next.get(), clock.instant());
        if (fault == null && sha256 == null) {
            fault = roots.faultOfUnnamed(next.get(), clock.instant());
        }
        return fault != null
                ? new RootChange.Refused(fault)
                : new RootChange.Possible(
                        world,
                        slot,
                        roots.all().getFirst().in(slot),
                        next.get().in(slot),
                        now.shown(slot).equals(now.own(slot)));
    }

    /**
     * Makes a chain under another root than the primary one, to be shown on trial; nothing of it is on disk. Blocks for a second or
     * two.
     *
     * @param sha256 of a reserve or former root; null for the reserve
     */
    public CandidateChain candidate(ServerSlot slot, @Nullable String sha256) throws IOException {
        RootFiles roots = own(slot).roots();
        Optional<RootFiles.Held> next = roots.find(sha256);
        if (next.isEmpty()) {
            return new CandidateChain.Refused(
                    sha256 == null ? new RootChangeFault.NoReserveRoot() : new RootChangeFault.NoSuchRoot(sha256));
        }
        RootChangeFault fault = roots.faultOf(next.get(), clock.instant());
        return fault != null
                ? new CandidateChain.Refused(fault)
                : new CandidateChain.Made(
                        own(slot).candidate(next.get()), next.get().in(slot));
    }

    /** Makes the change that was judged, a new intermediate and a new leaf. The next reserve is left to {@link #makeReserves}. */
    public ServerAuthorities promote(RootChange.Possible change) throws IOException {
        RootFiles roots = own(change.slot()).roots();
        RootFiles.Held next = roots.find(change.to().sha256())
                .orElseThrow(() -> new IOException("the root that was to be promoted is gone"));
        roots.promote(next);
        return open();
    }

    /** Takes a former root out of the bundle and deletes its key. */
    public @Nullable RootChangeFault remove(ServerSlot slot, String sha256) throws IOException {
        RootFiles roots = own(slot).roots();
        Optional<RootFiles.Held> found = roots.find(sha256);
        if (found.isEmpty()) {
            return new RootChangeFault.NoSuchRoot(sha256);
        }
        if (found.get().role() != TrustedRoot.Role.FORMER) {
            return new RootChangeFault.RootInUse(found.get().role());
        }
        roots.remove(found.get());
        return null;
    }

    /**
     * Judges an operator's chain and changes nothing.
     *
     * @param chainPem leaf first, then intermediates, with or without the root
     * @param keyPem the key, or the URI of one in a token
     * @param now what is shown at present
     */
    public ServerChainReading read(String chainPem, String keyPem, ServerAuthorities now) {
        List<X509Certificate> roots = new ArrayList<>();
        now.bundle().roots().stream()
                .filter(root -> root.role() != TrustedRoot.Role.OPERATOR)
                .forEach(root -> roots.add(root.certificate()));
        roots.addAll(PublicRoots.all());
        return new ServerChainCheck(names, roots, tokens, limits, clock.instant()).read(chainPem, keyPem);
    }

    /** Shows an operator's chain in its slot from now on, in later starts, too. */
    public ServerAuthorities put(ServerChainReading.Read read) throws IOException {
        given(read.slot()).write(read.chain());
        return open();
    }

    private OperatorChainFile given(ServerSlot slot) {
        return Objects.requireNonNull(given.get(slot));
    }

    private Hierarchy own(ServerSlot slot) {
        return Objects.requireNonNull(own.get(slot));
    }

    private ServerAuthorities open(Set<ServerSlot> renewed, Hierarchy.Renewed what) throws IOException {
        Map<ServerSlot, Hierarchy.Opened> opened = openOwn(renewed, what);
        ServerChain rsa = chain(opened, ServerSlot.RSA);
        ServerChain ecc = chain(opened, ServerSlot.ECDSA);
        ServerChain shownRsa = shown(ServerSlot.RSA, rsa);
        ServerChain shownEcc = shown(ServerSlot.ECDSA, ecc);
        List<TrustedRoot> roots = new ArrayList<>();
        opened.forEach((slot, each) -> each.roots().forEach(root -> roots.add(root.in(slot))));
        addOperators(roots, ServerSlot.RSA, shownRsa);
        addOperators(roots, ServerSlot.ECDSA, shownEcc);
        Instant now = clock.instant();
        roots.removeIf(
                root -> root.role() == TrustedRoot.Role.FORMER && root.end().isBefore(now));
        TrustBundle bundle = new TrustBundle(world, roots);
        Path file = world.bundle(data);
        write(file, bundle);
        return new ServerAuthorities(world, shownRsa, shownEcc, rsa, ecc, bundle, file);
    }

    private Map<ServerSlot, Hierarchy.Opened> openOwn(Set<ServerSlot> renewed, Hierarchy.Renewed what)
            throws IOException {
        Files.createDirectories(data);
        AtomicFile.closedDirectory(data.resolve("pki"));
        Map<ServerSlot, Future<Hierarchy.Opened>> begun = new EnumMap<>(ServerSlot.class);
        Map<ServerSlot, Hierarchy.Opened> opened = new EnumMap<>(ServerSlot.class);
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (ServerSlot slot : ServerSlot.values()) {
                Hierarchy.Renewed wanted = renewed.contains(slot) ? what : Hierarchy.Renewed.NOTHING;
                begun.put(slot, threads.submit(() -> own(slot).openOrCreate(threads, wanted)));
            }
            for (Map.Entry<ServerSlot, Future<Hierarchy.Opened>> each : begun.entrySet()) {
                opened.put(each.getKey(), await(each.getValue()));
            }
        }
        return opened;
    }

    private static ServerChain chain(Map<ServerSlot, Hierarchy.Opened> opened, ServerSlot slot) {
        return Objects.requireNonNull(opened.get(slot)).chain();
    }

    private ServerChain shown(ServerSlot slot, ServerChain own) throws IOException {
        OperatorChainFile file = given(slot);
        return file.exists() ? file.read() : own;
    }

    private static <T> T await(Future<T> chain) throws IOException {
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

    private static void addOperators(List<TrustedRoot> roots, ServerSlot slot, ServerChain shown) {
        if (shown.rootIsKnown()) {
            // Of the installation's own chain that is the primary root, which is in the list already.
            roots.add(new TrustedRoot(TrustedRoot.Role.OPERATOR, slot, shown.root()));
        }
    }

    private static void write(Path file, TrustBundle bundle) throws IOException {
        byte[] content = bundle.pem().getBytes(StandardCharsets.US_ASCII);
        if (Files.exists(file) && Arrays.equals(Files.readAllBytes(file), content)) {
            return;
        }
        AtomicFile.write(file, content, AtomicFile.EVERYONE_READS);
    }
}
