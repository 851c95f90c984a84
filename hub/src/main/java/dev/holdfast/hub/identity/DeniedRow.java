package dev.holdfast.hub.identity;

import dev.holdfast.hub.identity.CertificateMark.ByPublicKey;
import dev.holdfast.hub.identity.CertificateMark.BySerial;
import dev.holdfast.hub.identity.CertificateMark.ByThumbprint;
import dev.holdfast.store.StoreException;
import dev.holdfast.store.Table;
import java.math.BigInteger;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.Base64;
import javax.security.auth.x500.X500Principal;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.json.JsonMapper;

/**
 * How a {@link DeniedCertificate} stands in its row: JSON.
 *
 * @param value hex digits
 * @param issuer DER in Base64, so that no spelling is lost; null where there is none
 */
record DeniedRow(String by, String value, @Nullable String issuer, String note, String created) {
    private static final JsonMapper JSON = JsonMapper.builder().build();
    private static final String THUMBPRINT = "thumbprint";
    private static final String PUBLIC_KEY = "publicKey";
    private static final String SERIAL = "serial";

    static byte[] write(DeniedCertificate denied) {
        String note = denied.note();
        String created = denied.created().toString();
        return JSON.writeValueAsBytes(
                switch (denied.mark()) {
                    case ByThumbprint(var thumbprint) ->
                        new DeniedRow(THUMBPRINT, thumbprint.hex(), null, note, created);
                    case ByPublicKey(var sha256) -> new DeniedRow(PUBLIC_KEY, sha256.hex(), null, note, created);
                    case BySerial serial ->
                        new DeniedRow(
                                SERIAL,
                                serial.hex(),
                                Base64.getEncoder()
                                        .encodeToString(serial.issuer().getEncoded()),
                                note,
                                created);
                });
    }

    static DeniedCertificate read(Table.Row row) {
        try {
            DeniedRow stored = JSON.readValue(row.value(), DeniedRow.class);
            return new DeniedCertificate(stored.mark(), stored.note, Instant.parse(stored.created));
        } catch (JacksonException | IllegalArgumentException | DateTimeException e) {
            throw new StoreException("the row of the denied certificate '" + row.key() + "' can't be read", e);
        }
    }

    private CertificateMark mark() {
        return switch (by) {
            case THUMBPRINT -> new ByThumbprint(new Thumbprint(value));
            case PUBLIC_KEY -> new ByPublicKey(new Thumbprint(value));
            case SERIAL ->
                new BySerial(
                        new BigInteger(value, 16),
                        new X500Principal(Base64.getDecoder().decode(issuer == null ? "" : issuer)));
            default -> throw new IllegalArgumentException("unknown kind of mark " + by);
        };
    }
}
