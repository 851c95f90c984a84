package dev.holdfast.hub.identity;

import dev.holdfast.base.Limits;
import dev.holdfast.hub.revocation.RevocationSettings;
import dev.holdfast.hub.revocation.WhenUnknown;
import dev.holdfast.pki.AuthorityCertificate;
import dev.holdfast.pki.AuthorityReading;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import java.util.regex.Pattern;

/** Changes of the list of a hub's certificate authorities. Pure: each takes a list and returns another. */
public final class CertificateAuthorities {
    /** The names are in URLs, where {@code .} and {@code ..} mean another path. */
    private static final Pattern NAME = Pattern.compile("(?!\\.{1,2}$)[A-Za-z0-9._-]{1,64}");

    private CertificateAuthorities() {}

    /**
     * With one more authority at the end.
     *
     * @param text its certificate, as {@link AuthorityCertificate} reads it
     * @param verified whether it counts at once, because whoever owns the hub says so; else it waits for a proof
     */
    public static AuthorityChange add(
            List<CertificateAuthority> authorities,
            String name,
            String text,
            boolean verified,
            Limits.Certificates limits,
            Instant now) {
        if (!NAME.matcher(name).matches()) {
            return refused(new AuthorityRefusal.AuthorityNameMalformed());
        }
        if (authorities.stream().anyMatch(named(name))) {
            return refused(new AuthorityRefusal.AuthorityExists(name));
        }
        if (authorities.size() >= limits.authoritiesMax()) {
            return refused(new AuthorityRefusal.TooManyAuthorities(limits.authoritiesMax()));
        }
        return switch (AuthorityCertificate.read(text, limits, now)) {
            case AuthorityReading.Refused(var why) -> refused(new AuthorityRefusal.CertificateUnusable(why));
            case AuthorityReading.Read(var certificate) ->
                add(authorities, new CertificateAuthority(name, certificate, verified, now, now));
        };
    }

    private static AuthorityChange add(List<CertificateAuthority> authorities, CertificateAuthority more) {
        for (CertificateAuthority each : authorities) {
            if (each.certificate().equals(more.certificate())) {
                return refused(new AuthorityRefusal.CertificateRegistered(each.name()));
            }
        }
        List<CertificateAuthority> all = new ArrayList<>(authorities);
        all.add(more);
        return new AuthorityChange.Done(all);
    }

    public static AuthorityChange remove(List<CertificateAuthority> authorities, String name) {
        List<CertificateAuthority> fewer = new ArrayList<>(authorities);
        return fewer.removeIf(named(name))
                ? new AuthorityChange.Done(fewer)
                : refused(new AuthorityRefusal.AuthorityMissing(name));
    }

    /**
     * With another choice of whom to ask about what an authority took back.
     *
     * @param holdsList whether a list of it is there, wherever it came from
     */
    public static AuthorityChange setRevocation(
            List<CertificateAuthority> authorities,
            String name,
            RevocationSettings wanted,
            boolean holdsList,
            Instant now) {
        if (authorities.stream().noneMatch(named(name))) {
            return refused(new AuthorityRefusal.AuthorityMissing(name));
        }
        if (wanted.whenUnknown() == WhenUnknown.REFUSE && !wanted.asksResponder() && !holdsList) {
            return refused(
                    wanted.hasOrigin()
                            ? new AuthorityRefusal.NothingKnownYet(name)
                            : new AuthorityRefusal.NobodyToAsk(name));
        }
        return new AuthorityChange.Done(authorities.stream()
                .map(each -> each.name().equals(name) ? each.withRevocation(wanted, now) : each)
                .toList());
    }

    private static Predicate<CertificateAuthority> named(String name) {
        return authority -> authority.name().equals(name);
    }

    private static AuthorityChange refused(AuthorityRefusal refusal) {
        return new AuthorityChange.Refused(refusal);
    }
}
