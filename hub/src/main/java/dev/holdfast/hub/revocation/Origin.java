package dev.holdfast.hub.revocation;

import java.net.URI;
import java.net.URISyntaxException;
import java.util.Locale;
import java.util.Optional;

/** Where something of an authority is asked for, as the operator says it. */
public sealed interface Origin {
    String NOWHERE = "none";
    String CERTIFICATE = "certificate";

    /** As {@link #parse} reads it. */
    String text();

    /** Nobody is asked. */
    record Nowhere() implements Origin {
        @Override
        public String text() {
            return NOWHERE;
        }
    }

    /** @param uri http or https, with a host */
    record At(URI uri) implements Origin {
        @Override
        public String text() {
            return uri.toString();
        }
    }

    /** Where the certificates that the authority issued say. */
    record InCertificate() implements Origin {
        @Override
        public String text() {
            return CERTIFICATE;
        }
    }

    int URL_MAX_CHARS = 2048;

    /** Empty for what is neither of the two words nor a URL that can be asked. */
    static Optional<Origin> parse(String text) {
        return switch (text) {
            case NOWHERE -> Optional.of(new Nowhere());
            case CERTIFICATE -> Optional.of(new InCertificate());
            default -> parseUrl(text).map(At::new);
        };
    }

    /** Empty for what is no plain http or https URL with a host; user names and fragments have no place in it. */
    static Optional<URI> parseUrl(String text) {
        if (text.length() > URL_MAX_CHARS) {
            return Optional.empty();
        }
        try {
            URI uri = new URI(text);
            String scheme = uri.getScheme() == null ? "" : uri.getScheme().toLowerCase(Locale.ROOT);
            boolean good = (scheme.equals("http") || scheme.equals("https"))
                    && uri.getHost() != null
                    && uri.getPort() <= 65_535
                    && uri.getPort() != 0
                    && uri.getRawUserInfo() == null
                    && uri.getRawFragment() == null;
            return good ? Optional.of(uri) : Optional.empty();
        } catch (URISyntaxException e) {
            return Optional.empty();
        }
    }
}
