package dev.holdfast.hub.identity;

import dev.holdfast.base.HubName;
import dev.holdfast.base.Limits;
import dev.holdfast.hub.identity.CertificateMark.ByPublicKey;
import dev.holdfast.hub.identity.CertificateMark.BySerial;
import dev.holdfast.hub.identity.CertificateMark.ByThumbprint;
import dev.holdfast.hub.identity.DenialRefusal.CertificateUnusable;
import dev.holdfast.hub.identity.DenialRefusal.DeniedAlready;
import dev.holdfast.hub.identity.DenialRefusal.IssuerMalformed;
import dev.holdfast.hub.identity.DenialRefusal.NotDenied;
import dev.holdfast.hub.identity.DenialRefusal.NoteTooLong;
import dev.holdfast.hub.identity.DenialRefusal.PublicKeyMalformed;
import dev.holdfast.hub.identity.DenialRefusal.SerialMalformed;
import dev.holdfast.hub.identity.DenialRefusal.ThumbprintMalformed;
import dev.holdfast.hub.identity.DenialRefusal.TooManyDenied;
import dev.holdfast.pki.AuthorityCertificate;
import dev.holdfast.pki.AuthorityReading;
import dev.holdfast.store.Table;
import java.math.BigInteger;
import java.security.cert.X509Certificate;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ConcurrentNavigableMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.function.Consumer;
import java.util.function.Supplier;
import javax.security.auth.x500.X500Principal;
import org.jspecify.annotations.Nullable;

/**
 * The certificates that one hub denies: in memory to be asked for every device, and each in a row under the hub's scope.
 *
 * <p>A change is durable before anyone sees it. Any thread; changes block on the disk, one at a time.
 */
public final class DeniedCertificates {
    static final String KIND = "denied-certificate";

    private final Table table;
    private final HubName hub;
    private final InstantSource clock;
    private final Limits.Certificates limits;
    private final Consumer<DeniedCertificate> added;
    private final ConcurrentNavigableMap<String, DeniedCertificate> entries = new ConcurrentSkipListMap<>();

    /** @param added told of every new entry when it counts already, on the thread of whoever made it */
    public DeniedCertificates(
            Table table,
            HubName hub,
            InstantSource clock,
            Limits.Certificates limits,
            Consumer<DeniedCertificate> added) {
        this.table = table;
        this.hub = hub;
        this.clock = clock;
        this.limits = limits;
        this.added = added;
        // Not bounded by the limit: one lower than yesterday's must not let anyone in.
        for (Table.Row row : table.list(hub.value(), KIND, "", Integer.MAX_VALUE)) {
            entries.put(row.key(), DeniedRow.read(row));
        }
    }

    /** The entry that denies a certificate; null when none does. */
    @Nullable
    DeniedCertificate entryOf(X509Certificate certificate) {
        if (entries.isEmpty()) {
            return null;
        }
        return CertificateMark.allOf(certificate)
                .map(mark -> entries.get(mark.id()))
                .filter(entry -> entry != null && entry.mark().matches(certificate))
                .findFirst()
                .orElse(null);
    }

    public Optional<DeniedCertificate> find(String id) {
        return Optional.ofNullable(entries.get(id));
    }

    /** The entries whose id is greater than {@code afterId}, in the order of their ids. */
    public List<DeniedCertificate> list(String afterId, int max) {
        return entries.tailMap(afterId, false).values().stream().limit(max).toList();
    }

    /** Denies what has this mark from now on; devices that it let in are told of to whoever ends them. */
    public DenialChange add(DenialRequest request, String note) {
        if (note.length() > limits.denialNoteMaxChars()) {
            return refused(new NoteTooLong(limits.denialNoteMaxChars()));
        }
        return switch (read(request)) {
            case Read.Refused(var why) -> refused(why);
            case Read.Mark(var mark) -> add(new DeniedCertificate(mark, note, clock.instant()));
        };
    }

    private synchronized DenialChange add(DeniedCertificate entry) {
        String id = entry.id();
        if (entries.containsKey(id)) {
            return refused(new DeniedAlready(id));
        }
        if (entries.size() >= limits.deniedMax()) {
            return refused(new TooManyDenied(limits.deniedMax()));
        }
        table.transact(hub.value(), rows -> rows.put(KIND, id, DeniedRow.write(entry)));
        entries.put(id, entry);
        added.accept(entry);
        return new DenialChange.Done(entry);
    }

    public synchronized DenialChange remove(String id) {
        DeniedCertificate entry = entries.get(id);
        if (entry == null) {
            return refused(new NotDenied(id));
        }
        table.transact(hub.value(), rows -> rows.delete(KIND, id));
        entries.remove(id);
        return new DenialChange.Done(entry);
    }

    private sealed interface Read {
        record Mark(CertificateMark mark) implements Read {}

        record Refused(DenialRefusal why) implements Read {}
    }

    private Read read(DenialRequest request) {
        return switch (request) {
            case DenialRequest.Thumbprint(var text) -> read(ByThumbprint.parse(text), ThumbprintMalformed::new);
            case DenialRequest.PublicKey(var text) -> read(ByPublicKey.parse(text), PublicKeyMalformed::new);
            case DenialRequest.Serial(var serial, var issuer) -> readSerial(serial, issuer);
            case DenialRequest.Certificate(var text, var by) ->
                switch (AuthorityCertificate.readAny(text, limits)) {
                    case AuthorityReading.Refused(var why) -> new Read.Refused(new CertificateUnusable(why));
                    case AuthorityReading.Read(var certificate) -> new Read.Mark(mark(certificate, by));
                };
        };
    }

    private static Read read(Optional<CertificateMark> mark, Supplier<DenialRefusal> malformed) {
        return mark.<Read>map(Read.Mark::new).orElseGet(() -> new Read.Refused(malformed.get()));
    }

    private static Read readSerial(String text, String name) {
        Optional<BigInteger> serial = BySerial.parseSerial(text);
        Optional<X500Principal> issuer = BySerial.parseIssuer(name);
        if (serial.isEmpty()) {
            return new Read.Refused(new SerialMalformed());
        }
        return issuer.isEmpty()
                ? new Read.Refused(new IssuerMalformed())
                : new Read.Mark(new BySerial(serial.get(), issuer.get()));
    }

    private static CertificateMark mark(X509Certificate certificate, DenialRequest.By by) {
        return switch (by) {
            case THUMBPRINT -> new ByThumbprint(Thumbprint.ofSha256(certificate));
            case PUBLIC_KEY -> ByPublicKey.of(certificate);
            case SERIAL -> new BySerial(certificate.getSerialNumber(), certificate.getIssuerX500Principal());
        };
    }

    private static DenialChange refused(DenialRefusal refusal) {
        return new DenialChange.Refused(refusal);
    }
}
