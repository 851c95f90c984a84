package dev.holdfast.server.certificate;

import dev.holdfast.pki.CandidateChain;
import dev.holdfast.pki.CertificateFacts;
import dev.holdfast.pki.RootChange;
import dev.holdfast.pki.RootChangeFault;
import dev.holdfast.pki.ServerAuthorities;
import dev.holdfast.pki.ServerCertificateStore;
import dev.holdfast.pki.ServerChain;
import dev.holdfast.pki.ServerChainReading;
import dev.holdfast.pki.ServerSlot;
import dev.holdfast.pki.TrustWorld;
import dev.holdfast.tls.identity.ServerIdentities;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What clients of each trust world are shown, on disk and in the next handshake alike. A change is on disk before a client sees it;
 * open connections stay. Any thread; changes block on the disk, one after another.
 */
public final class ServerCertificates {
    private static final Logger LOG = LoggerFactory.getLogger(ServerCertificates.class);

    /** The default world first. */
    private final List<ServerCertificateStore> stores;

    private final ServerIdentities identities;
    /** In the order of the stores. */
    private volatile List<ServerAuthorities> worlds;

    private ServerCertificates(List<ServerCertificateStore> stores, List<ServerAuthorities> opened) {
        this.stores = stores;
        this.worlds = List.copyOf(opened);
        this.identities = new ServerIdentities(worlds);
    }

    /** @param stores that of the default world first */
    public static ServerCertificates open(List<ServerCertificateStore> stores) throws IOException {
        List<ServerAuthorities> opened = new ArrayList<>();
        for (ServerCertificateStore store : stores) {
            opened.add(store.open());
        }
        return new ServerCertificates(List.copyOf(stores), opened);
    }

    public ServerIdentities identities() {
        return identities;
    }

    /** Of every world, the default one first. */
    public List<ServerAuthorities> worlds() {
        return worlds;
    }

    /** Of the default world. */
    public ServerAuthorities now() {
        return worlds.getFirst();
    }

    public Optional<ServerAuthorities> world(String name) {
        return worlds.stream().filter(each -> each.world().name().equals(name)).findFirst();
    }

    /** Of the world of a host name; of the default one for an address and for a name of no domain. */
    public ServerAuthorities worldOf(String hostName) {
        List<ServerAuthorities> all = worlds;
        return all.stream()
                .filter(each -> each.world().has(hostName))
                .findFirst()
                .orElseGet(all::getFirst);
    }

    /** Everything that is shown. */
    public List<ShownCertificate> all() {
        return worlds.stream()
                .flatMap(world -> Arrays.stream(ServerSlot.values())
                        .flatMap(slot -> ShownCertificate.of(world.world().name(), slot, world.shown(slot)).stream()))
                .toList();
    }

    /** Makes what ends too soon anew; an operator's chain stays. A world that fails does not hold up the others. */
    public synchronized void refresh() throws IOException {
        IOException failure = null;
        for (ServerCertificateStore store : stores) {
            try {
                show(store.open());
            } catch (IOException e) {
                if (failure != null) {
                    e.addSuppressed(failure);
                }
                failure = e;
            }
        }
        if (failure != null) {
            throw failure;
        }
    }

    /** Makes the reserve roots that are missing; takes a second for each RSA key. */
    public void makeReserves() throws IOException {
        for (ServerCertificateStore store : stores) {
            synchronized (this) {
                if (store.lacksReserve()) {
                    show(store.makeReserves());
                }
            }
        }
    }

    /** New leaves of the installation's own, also where an operator's chain was. */
    public synchronized void renew(String world, Set<ServerSlot> slots, boolean intermediates) throws IOException {
        show(store(world).renew(slots, intermediates));
        slots.forEach(slot -> log(world, slot, "the installation's own"));
    }

    /** Shows an operator's chain, unless it is refused. */
    public synchronized ServerChainReading replace(String world, String chainPem, String key) throws IOException {
        ServerCertificateStore store = store(world);
        ServerChainReading reading = store.read(chainPem, key, shown(world));
        if (reading instanceof ServerChainReading.Read read) {
            show(store.put(read));
            log(world, read.slot(), "given by the operator");
        }
        return reading;
    }

    /** What it would mean to promote a root: the one with this SHA-256, or without one the reserve. */
    public synchronized RootChange judge(String world, ServerSlot slot, @Nullable String sha256) throws IOException {
        finishChange(world);
        return store(world).judge(slot, sha256, shown(world));
    }

    /** A chain under another root than the primary one, to be shown on trial: under the one with this SHA-256, or the reserve. */
    public synchronized CandidateChain candidate(String world, ServerSlot slot, @Nullable String sha256)
            throws IOException {
        return store(world).candidate(slot, sha256);
    }

    /** Promotes a root unless that is refused, and makes the next reserve. */
    public synchronized RootChange promote(String world, ServerSlot slot, @Nullable String sha256) throws IOException {
        RootChange judged = judge(world, slot, sha256);
        if (judged instanceof RootChange.Possible possible) {
            show(store(world).promote(possible));
            LOG.warn(
                    "the primary {} root of world {} is now '{}'; it was '{}', which clients go on to trust",
                    ShownCertificate.word(slot),
                    world,
                    CertificateFacts.of(possible.to().certificate()).subject(),
                    CertificateFacts.of(possible.from().certificate()).subject());
            if (possible.shown()) {
                log(world, slot, "the installation's own");
            }
            makeNextReserve(world);
        }
        return judged;
    }

    /** A change that broke off is on disk in part and shown to nobody; who asks for it again is to find it done. */
    private void finishChange(String world) throws IOException {
        ServerCertificateStore store = store(world);
        if (!store.isUnderItsRoots(shown(world))) {
            LOG.warn("a change of root of world {} had broken off and is finished now", world);
            show(store.makeReserves());
        }
    }

    /** The change before it is done, whatever becomes of this. */
    private void makeNextReserve(String world) {
        try {
            show(store(world).makeReserves());
        } catch (IOException e) {
            LOG.error("the next reserve root of world {} can't be made; it is tried again within 12 hours", world, e);
        }
    }

    /** Takes a former root out of the bundle; null when that is done. */
    public synchronized @Nullable RootChangeFault remove(String world, ServerSlot slot, String sha256)
            throws IOException {
        ServerCertificateStore store = store(world);
        RootChangeFault fault = store.remove(slot, sha256);
        if (fault == null) {
            show(store.open());
            LOG.warn(
                    "the former {} root {} of world {} is no longer trusted",
                    ShownCertificate.word(slot),
                    sha256,
                    world);
        }
        return fault;
    }

    private ServerCertificateStore store(String world) {
        return stores.stream()
                .filter(store -> store.world().name().equals(world))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("no trust world '" + world + "'"));
    }

    private ServerAuthorities shown(String world) {
        return world(world).orElseThrow();
    }

    private void show(ServerAuthorities opened) {
        TrustWorld changed = opened.world();
        List<ServerAuthorities> next = worlds.stream()
                .map(each -> each.world().equals(changed) ? opened : each)
                .toList();
        identities.replace(next);
        worlds = next;
    }

    private void log(String world, ServerSlot slot, String origin) {
        ServerChain chain = shown(world).shown(slot);
        CertificateFacts leaf = CertificateFacts.of(chain.leaf());
        LOG.info(
                "the {} server certificate{} is now '{}', {}, valid until {}, SHA-256 {}",
                ShownCertificate.word(slot),
                world.equals(TrustWorld.DEFAULT) ? "" : " of world " + world,
                leaf.subject(),
                origin,
                leaf.notAfter(),
                leaf.sha256());
    }
}
