package dev.holdfast.pki;

import java.io.IOException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/** The public roots that come with the Java runtime. Nothing is trusted because of them: they complete an operator's chain. */
final class PublicRoots {
    private PublicRoots() {}

    /** None when the runtime has none that can be read. */
    static List<X509Certificate> all() {
        Path file = Path.of(System.getProperty("java.home"), "lib", "security", "cacerts");
        List<X509Certificate> roots = new ArrayList<>();
        try {
            KeyStore store = KeyStore.getInstance(file.toFile(), (char[]) null);
            for (String alias : Collections.list(store.aliases())) {
                if (store.getCertificate(alias) instanceof X509Certificate root) {
                    roots.add(root);
                }
            }
        } catch (IOException | GeneralSecurityException | IllegalArgumentException e) {
            return List.of();
        }
        return roots;
    }
}
