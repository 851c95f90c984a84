package dev.holdfast.server.certificate;

import dev.holdfast.pki.CertificateFacts;
import dev.holdfast.pki.ServerAuthorities;
import dev.holdfast.pki.ServerCertificateStore;
import dev.holdfast.pki.ServerChain;
import dev.holdfast.pki.ServerChainReading;
import dev.holdfast.pki.ServerSlot;
import dev.holdfast.tls.identity.ServerIdentities;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What clients are shown, on disk and in the next handshake alike. A change is on disk before a client sees it; open connections
 * stay. Any thread; changes block on the disk, one after another.
 */
public final class ServerCertificates {
    private static final Logger LOG = LoggerFactory.getLogger(ServerCertificates.class);

    private final ServerCertificateStore store;
    private final ServerIdentities identities;
    private volatile ServerAuthorities now;

    private ServerCertificates(ServerCertificateStore store, ServerAuthorities opened) {
        this.store = store;
        this.now = opened;
        this.identities = new ServerIdentities(opened);
    }

    public static ServerCertificates open(ServerCertificateStore store) throws IOException {
        return new ServerCertificates(store, store.open());
    }

    public ServerIdentities identities() {
        return identities;
    }

    public ServerAuthorities now() {
        return now;
    }

    /** Everything that is shown. */
    public List<ShownCertificate> all() {
        ServerAuthorities shown = now;
        return Arrays.stream(ServerSlot.values())
                .flatMap(slot -> ShownCertificate.of(slot, shown.shown(slot)).stream())
                .toList();
    }

    /** Makes what ends too soon anew; an operator's chain stays. */
    public synchronized void refresh() throws IOException {
        show(store.open());
    }

    /** New leaves of the installation's own, also where an operator's chain was. */
    public synchronized void renew(Set<ServerSlot> slots) throws IOException {
        show(store.renew(slots));
        slots.forEach(slot -> log(slot, "the installation's own"));
    }

    /** Shows an operator's chain, unless it is refused. */
    public synchronized ServerChainReading replace(String chainPem, String keyPem) throws IOException {
        ServerChainReading reading = store.read(chainPem, keyPem, now);
        if (reading instanceof ServerChainReading.Read read) {
            show(store.put(read));
            log(read.slot(), "given by the operator");
        }
        return reading;
    }

    private void show(ServerAuthorities opened) {
        identities.replace(opened);
        now = opened;
    }

    private void log(ServerSlot slot, String origin) {
        ServerChain chain = now.shown(slot);
        CertificateFacts leaf = CertificateFacts.of(chain.leaf());
        LOG.info(
                "the {} server certificate is now '{}', {}, valid until {}, SHA-256 {}",
                ShownCertificate.word(slot),
                leaf.subject(),
                origin,
                leaf.notAfter(),
                leaf.sha256());
    }
}
