package dev.holdfast.hub;

import dev.holdfast.base.HubName;
import dev.holdfast.hub.identity.AccessRight;
import dev.holdfast.hub.identity.CertificateAuthority;
import dev.holdfast.hub.identity.SharedAccessPolicy;
import dev.holdfast.hub.identity.SymmetricKey;
import dev.holdfast.hub.identity.SymmetricKeys;
import dev.holdfast.hub.identity.VerificationCode;
import dev.holdfast.hub.revocation.Origin;
import dev.holdfast.hub.revocation.RevocationSettings;
import dev.holdfast.hub.revocation.WhenUnknown;
import dev.holdfast.hub.telemetry.EventSource;
import dev.holdfast.hub.throttle.Operation;
import dev.holdfast.hub.throttle.Rate;
import dev.holdfast.store.StoreException;
import dev.holdfast.store.Table;
import java.io.ByteArrayInputStream;
import java.security.cert.CertificateEncodingException;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.Base64;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.json.JsonMapper;

/**
 * How a hub stands in its row: JSON. The host name is not in it, because the domain may change from start to start.
 *
 * @param authorities null in rows that were written before there were any
 * @param tls null in rows that were written before there was any
 * @param events null in rows that were written before there were any
 * @param throttles rates by operation, as both are written; null in rows that were written before there were any
 * @param deleting its deletion began and must be finished; nothing else of the row counts any more
 */
record HubRow(
        int partitions,
        int retentionDays,
        List<Policy> policies,
        List<String> consumerGroups,
        String createdAt,
        @Nullable List<Authority> authorities,
        @Nullable Tls tls,
        @Nullable List<String> events,
        @Nullable Map<String, String> throttles,
        boolean deleting) {
    private static final JsonMapper JSON = JsonMapper.builder().build();

    record Policy(String name, List<String> rights, String primary, String secondary) {
        @Override
        public String toString() {
            return "Policy[" + name + "]";
        }
    }

    /** @param reportOnly absent in rows that were written before there was any */
    record Tls(
            boolean strict,
            boolean ecc,
            @Nullable String policy,
            @Nullable String reportOnly) {}

    /**
     * @param certificate DER in Base64
     * @param code null when none was asked for, as {@code codeUntil} is then
     * @param revocation null in rows that were written before there was any
     */
    record Authority(
            String name,
            String certificate,
            boolean verified,
            String created,
            String updated,
            @Nullable String code,
            @Nullable String codeUntil,
            @Nullable Revocation revocation) {
        @Override
        public String toString() {
            return "Authority[" + name + "]";
        }
    }

    /** As {@link Origin#text} and {@link WhenUnknown#word} write them. */
    record Revocation(String lists, String answers, String whenUnknown) {
        static Revocation of(RevocationSettings settings) {
            return new Revocation(
                    settings.lists().text(),
                    settings.answers().text(),
                    settings.whenUnknown().word());
        }

        RevocationSettings settings() {
            return new RevocationSettings(
                    origin(lists),
                    origin(answers),
                    WhenUnknown.parse(whenUnknown)
                            .orElseThrow(() -> new IllegalArgumentException("unknown word " + whenUnknown)));
        }

        private static Origin origin(String text) {
            return Origin.parse(text).orElseThrow(() -> new IllegalArgumentException("a URL can't be read"));
        }
    }

    static HubRow of(HubSettings settings) {
        return new HubRow(
                settings.partitions(),
                settings.retentionDays(),
                settings.policies().stream().map(HubRow::policy).toList(),
                settings.consumerGroups(),
                settings.createdAt().toString(),
                settings.authorities().stream().map(HubRow::authority).toList(),
                new Tls(
                        settings.tls().strict(),
                        settings.tls().ecc(),
                        settings.tls().policy(),
                        settings.tls().reportOnly()),
                settings.events().stream().map(EventSource::word).sorted().toList(),
                throttles(settings.throttles()),
                false);
    }

    private static Map<String, String> throttles(Map<Operation, Rate> rates) {
        Map<String, String> texts = new TreeMap<>();
        rates.forEach((operation, rate) -> texts.put(operation.word(), rate.toString()));
        return texts;
    }

    private static Map<Operation, Rate> rates(Map<String, String> texts) {
        Map<Operation, Rate> rates = new EnumMap<>(Operation.class);
        texts.forEach((word, rate) -> rates.put(
                Operation.of(word).orElseThrow(() -> new IllegalArgumentException("unknown operation " + word)),
                Rate.parse(rate).orElseThrow(() -> new IllegalArgumentException("unknown rate " + rate))));
        return rates;
    }

    static HubRow read(Table.Row row) {
        try {
            return JSON.readValue(row.value(), HubRow.class);
        } catch (JacksonException e) {
            throw unreadable(row.key(), e);
        }
    }

    byte[] write() {
        return JSON.writeValueAsBytes(this);
    }

    HubRow withDeleting() {
        return new HubRow(
                partitions,
                retentionDays,
                policies,
                consumerGroups,
                createdAt,
                authorities,
                tls,
                events,
                throttles,
                true);
    }

    HubSettings settings(HubName name, String hostName) {
        try {
            List<SharedAccessPolicy> read =
                    policies.stream().map(HubRow::policy).toList();
            List<CertificateAuthority> registered = authorities == null
                    ? List.of()
                    : authorities.stream().map(HubRow::authority).toList();
            return new HubSettings(
                    name,
                    hostName,
                    partitions,
                    retentionDays,
                    read,
                    consumerGroups,
                    Instant.parse(createdAt),
                    registered,
                    tls == null ? HubTls.STANDARD : new HubTls(tls.strict, tls.ecc, tls.policy, tls.reportOnly),
                    events == null
                            ? Set.of()
                            : events.stream().map(HubRow::source).collect(Collectors.toSet()),
                    throttles == null ? Map.of() : rates(throttles));
        } catch (IllegalArgumentException | NullPointerException | DateTimeException e) {
            throw unreadable(name.value(), e);
        }
    }

    private static Policy policy(SharedAccessPolicy policy) {
        return new Policy(
                policy.name(),
                policy.rights().stream().map(AccessRight::wireName).sorted().toList(),
                policy.keys().primary().base64(),
                policy.keys().secondary().base64());
    }

    private static SharedAccessPolicy policy(Policy row) {
        Set<AccessRight> rights = row.rights.stream().map(HubRow::right).collect(Collectors.toSet());
        return new SharedAccessPolicy(
                row.name, rights, new SymmetricKeys(new SymmetricKey(row.primary), new SymmetricKey(row.secondary)));
    }

    private static Authority authority(CertificateAuthority authority) {
        VerificationCode code = authority.code();
        try {
            return new Authority(
                    authority.name(),
                    Base64.getEncoder().encodeToString(authority.certificate().getEncoded()),
                    authority.verified(),
                    authority.created().toString(),
                    authority.updated().toString(),
                    code == null ? null : code.text(),
                    code == null ? null : code.until().toString(),
                    Revocation.of(authority.revocation()));
        } catch (CertificateEncodingException e) {
            throw new IllegalStateException("a certificate that was parsed can be encoded", e);
        }
    }

    private static CertificateAuthority authority(Authority row) {
        try {
            byte[] der = Base64.getDecoder().decode(row.certificate);
            X509Certificate certificate = (X509Certificate)
                    CertificateFactory.getInstance("X.509").generateCertificate(new ByteArrayInputStream(der));
            return new CertificateAuthority(
                    row.name,
                    certificate,
                    row.verified,
                    Instant.parse(row.created),
                    Instant.parse(row.updated),
                    row.code == null || row.codeUntil == null
                            ? null
                            : new VerificationCode(row.code, Instant.parse(row.codeUntil)),
                    row.revocation == null ? RevocationSettings.NONE : row.revocation.settings());
        } catch (CertificateException e) {
            throw new IllegalArgumentException("the certificate of the authority " + row.name + " can't be read", e);
        }
    }

    private static EventSource source(String word) {
        return EventSource.of(word).orElseThrow(() -> new IllegalArgumentException("unknown events " + word));
    }

    private static AccessRight right(String wireName) {
        return Stream.of(AccessRight.values())
                .filter(right -> right.wireName().equals(wireName))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("unknown right " + wireName));
    }

    private static StoreException unreadable(String hub, Exception cause) {
        return new StoreException("the row of hub '" + hub + "' can't be read", cause);
    }
}
