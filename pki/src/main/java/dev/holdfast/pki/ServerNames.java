package dev.holdfast.pki;

import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.bouncycastle.asn1.x509.GeneralName;

/**
 * The names a server certificate is good for: for every domain the hubs' classic names and the newer {@code device} and
 * {@code service} names (a wildcard stands for one label), the global provisioning name, and this machine itself.
 */
final class ServerNames {
    private static final Pattern DOMAIN =
            Pattern.compile("(?=.{1,200}$)[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?(\\.[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)*");
    private static final String LOCAL = "localhost";
    private static final List<String> ADDRESSES = List.of("127.0.0.1", "::1");
    /** How the Java runtime spells {@link #ADDRESSES} when it reads them from a certificate. */
    private static final List<String> ADDRESSES_AS_READ = List.of("127.0.0.1", "0:0:0:0:0:0:0:1");

    private final List<String> dnsNames;

    private ServerNames(List<String> dnsNames) {
        this.dnsNames = List.copyOf(dnsNames);
    }

    /** Of a world: this machine is in the default one. */
    static ServerNames of(TrustWorld world) {
        return of(world.domains(), world.isDefault());
    }

    private static ServerNames of(List<String> domains, boolean thisMachine) {
        if (domains.isEmpty()) {
            throw new IllegalArgumentException("an installation has at least one domain");
        }
        List<String> names = new ArrayList<>();
        for (String domain : domains) {
            if (!DOMAIN.matcher(domain).matches()) {
                throw new IllegalArgumentException(
                        "'" + domain + "' is not a domain: labels of a-z, 0-9 and '-' with dots between them");
            }
            names.addAll(List.of("*." + domain, "*.device." + domain, "*.service." + domain, "global." + domain));
        }
        if (thisMachine) {
            names.add(LOCAL);
        }
        return new ServerNames(names);
    }

    /** For the common name, which nobody should look at any more. */
    String first() {
        return dnsNames.getFirst();
    }

    GeneralName[] generalNames() {
        return Stream.concat(
                        dnsNames.stream().map(name -> new GeneralName(GeneralName.dNSName, name)),
                        addresses(ADDRESSES).stream().map(address -> new GeneralName(GeneralName.iPAddress, address)))
                .toArray(GeneralName[]::new);
    }

    private List<String> addresses(List<String> ofThisMachine) {
        return dnsNames.contains(LOCAL) ? ofThisMachine : List.of();
    }

    /** The host names and addresses in a certificate, as the Java runtime spells them; none when they can't be read. */
    static List<String> of(X509Certificate certificate) {
        Collection<List<?>> found;
        try {
            found = certificate.getSubjectAlternativeNames();
        } catch (CertificateParsingException e) {
            return List.of();
        }
        return found == null
                ? List.of()
                : found.stream()
                        .filter(name -> name.get(0) instanceof Integer kind
                                && (kind == GeneralName.dNSName || kind == GeneralName.iPAddress))
                        .map(name -> String.valueOf(name.get(1)))
                        .toList();
    }

    /** The names of hubs and of provisioning, which a certificate from elsewhere may have; this machine's own are not among them. */
    List<String> ofHubs() {
        return dnsNames.stream().filter(name -> !name.equals(LOCAL)).toList();
    }

    /** Those of {@link #ofHubs} for which none of a certificate's names is good, not even for one hub. */
    List<String> missingIn(List<String> names) {
        return ofHubs().stream()
                .filter(own -> names.stream().noneMatch(name -> fits(name, own)))
                .toList();
    }

    /** A wildcard of ours stands for one label, which may be a wildcard in a certificate, too. */
    private static boolean fits(String name, String own) {
        String lower = name.toLowerCase(Locale.ROOT);
        if (lower.equals(own)) {
            return true;
        }
        int dot = lower.indexOf('.');
        if (dot < 1) {
            return false;
        }
        String label = lower.substring(0, dot);
        boolean wildcard = label.equals("*");
        if (!wildcard && label.contains("*")) {
            return false;
        }
        boolean sameParent = own.substring(own.indexOf('.')).equals(lower.substring(dot));
        return sameParent && (wildcard || own.startsWith("*."));
    }

    /** Whether a certificate has exactly these names. */
    boolean areThoseOf(X509Certificate certificate) {
        return Set.copyOf(of(certificate))
                .equals(Stream.concat(dnsNames.stream(), addresses(ADDRESSES_AS_READ).stream())
                        .collect(Collectors.toSet()));
    }
}
