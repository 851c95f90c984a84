package dev.holdfast.pki.token;

import dev.holdfast.pki.TokenException;
import dev.holdfast.pki.TokenKeyUri;
import dev.holdfast.pki.TokenKeys;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.InvalidParameterException;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.Provider;
import java.security.ProviderException;
import java.security.Security;
import java.security.UnrecoverableKeyException;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import javax.security.auth.login.LoginException;
import org.jspecify.annotations.Nullable;

/**
 * Keys in the tokens of one PKCS#11 library, by SunPKCS11. Java finds a private key by a certificate with the same id in the token,
 * so one must be there; which, does not matter, since the chain that is shown is given apart.
 */
public final class Pkcs11Keys implements TokenKeys {
    private static final int PIN_MAX_BYTES = 256;

    private final Path library;
    private final Path pinFile;
    private final Map<String, Provider> providers = new HashMap<>();
    private @Nullable TokenSlots slots;

    /**
     * Opens nothing yet.
     *
     * @param library a shared library for PKCS#11
     * @param pinFile the PIN of the tokens' user in its first line; read each time that a key is looked for
     */
    public Pkcs11Keys(Path library, Path pinFile) {
        this.library = library.toAbsolutePath();
        this.pinFile = pinFile.toAbsolutePath();
    }

    @Override
    public synchronized PrivateKey find(TokenKeyUri uri) throws TokenException {
        char[] pin = pin();
        try {
            return key(uri, keys(uri.token(), pin));
        } finally {
            Arrays.fill(pin, '\0');
        }
    }

    private KeyStore keys(String token, char[] pin) throws TokenException {
        Provider known = providers.get(token);
        if (known != null) {
            try {
                return load(token, known, pin);
            } catch (TokenException e) {
                if (isLogin(e)) {
                    throw e;
                }
                // Another slot may have it by now.
                Security.removeProvider(known.getName());
                providers.remove(token);
            }
        }
        Provider provider = provider(token, slot(token));
        KeyStore keys = load(token, provider, pin);
        // At the end: it is asked only for keys that no other provider can use.
        Security.addProvider(provider);
        providers.put(token, provider);
        return keys;
    }

    private long slot(String token) throws TokenException {
        TokenSlots all = slots;
        if (all == null) {
            all = TokenSlots.load(library);
            slots = all;
        }
        List<Long> found = all.with(token);
        if (found.size() != 1) {
            throw new TokenException("the PKCS#11 library " + library + " has "
                    + (found.isEmpty() ? "no" : "more than one") + " token with the label '" + token
                    + "'; connect it, or correct the label. 'pkcs11-tool --module " + library
                    + " --list-slots' shows those there are");
        }
        return found.getFirst();
    }

    private Provider provider(String token, long slot) throws TokenException {
        String path = library.toString();
        if (path.chars().anyMatch(c -> c == '"' || c == '\\' || Character.isISOControl(c))) {
            throw new TokenException("the path of the PKCS#11 library has a quotation mark or backslash in it");
        }
        Provider base = Security.getProvider("SunPKCS11");
        if (base == null) {
            throw new TokenException("this Java runtime has no module jdk.crypto.cryptoki; take a whole one");
        }
        try {
            return base.configure("--name=holdfast-" + providers.size() + "-" + slot + "\nlibrary=\"" + path
                    + "\"\nslot=" + slot + "\n");
        } catch (InvalidParameterException | ProviderException e) {
            throw new TokenException("the token '" + token + "' can't be used by the Java runtime", e);
        }
    }

    private KeyStore load(String token, Provider provider, char[] pin) throws TokenException {
        try {
            KeyStore keys = KeyStore.getInstance("PKCS11", provider);
            keys.load(null, pin);
            return keys;
        } catch (IOException | GeneralSecurityException | ProviderException e) {
            throw new TokenException(
                    isLogin(e)
                            ? "the token '" + token + "' refuses the PIN in " + pinFile
                                    + "; correct it before the token locks itself"
                            : "the token '" + token + "' does not answer; connect it and see whether its library works",
                    e);
        }
    }

    private static boolean isLogin(Throwable failure) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof LoginException || cause instanceof UnrecoverableKeyException) {
                return true;
            }
        }
        return false;
    }

    private static PrivateKey key(TokenKeyUri uri, KeyStore keys) throws TokenException {
        PrivateKey found = null;
        try {
            for (String alias : Collections.list(keys.aliases())) {
                // Where several certificates have one label, issuer and serial number stand behind it.
                boolean named = alias.equals(uri.object()) || alias.startsWith(uri.object() + "/");
                if (named && keys.getKey(alias, null) instanceof PrivateKey key) {
                    if (found != null) {
                        throw new TokenException("the token '" + uri.token() + "' has several keys with the label '"
                                + uri.object() + "'; give each a label of its own");
                    }
                    found = key;
                }
            }
        } catch (GeneralSecurityException | ProviderException e) {
            throw new TokenException("the token '" + uri.token() + "' does not answer", e);
        }
        if (found == null) {
            throw new TokenException(
                    "the token '" + uri.token() + "' has no private key under a certificate with the label '"
                            + uri.object()
                            + "'. Java finds keys by their certificates: write one into the token, with that label and the"
                            + " id of the key");
        }
        return found;
    }

    private char[] pin() throws TokenException {
        byte[] bytes;
        try (InputStream in = Files.newInputStream(pinFile)) {
            bytes = in.readNBytes(PIN_MAX_BYTES + 1);
        } catch (IOException e) {
            throw new TokenException(
                    "the PIN file " + pinFile + " can't be read; correct the setting pkcs11.pinFile", e);
        }
        String pin =
                new String(bytes, StandardCharsets.UTF_8).lines().findFirst().orElse("");
        Arrays.fill(bytes, (byte) 0);
        if (pin.isEmpty() || bytes.length > PIN_MAX_BYTES) {
            throw new TokenException(
                    "the PIN file " + pinFile + " has no PIN, or more than " + PIN_MAX_BYTES + " bytes");
        }
        return pin.toCharArray();
    }
}
