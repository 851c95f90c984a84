package dev.holdfast.pki.token;

import dev.holdfast.pki.TokenException;
import dev.holdfast.pki.TokenKeyUri;
import dev.holdfast.pki.TokenKeys;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
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
import java.util.Set;
import javax.security.auth.login.LoginException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keys in the tokens of one PKCS#11 library, by SunPKCS11. Java finds a private key by a certificate with the same id in the token,
 * so one must be there; which, does not matter, since the chain that is shown is given apart.
 */
public final class Pkcs11Keys implements TokenKeys {
    private static final Logger LOG = LoggerFactory.getLogger(Pkcs11Keys.class);

    private static final int PIN_MAX_BYTES = 256;

    private static final Set<PosixFilePermission> OTHERS =
            Set.of(PosixFilePermission.OTHERS_READ, PosixFilePermission.OTHERS_WRITE, PosixFilePermission.GROUP_WRITE);

    /** @param slot in which its token was when it was made */
    private record Open(Provider provider, long slot) {}

    private final Path library;
    private final Path pinFile;
    private final Map<String, Open> open = new HashMap<>();
    /** What each token refused last: asked again with the same, it would count on until it locks itself. */
    private final Map<String, char[]> refusedPins = new HashMap<>();

    private @Nullable TokenSlots slots;
    private int made;

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
            Open known = open.get(uri.token());
            if (known == null) {
                return keyOrFailure(uri, openToken(uri.token(), slot(uri.token()), pin));
            }
            KeyStore keys = tryLoad(uri.token(), known.provider, pin);
            PrivateKey key = keys == null ? null : key(uri, keys);
            if (key != null) {
                return key;
            }
            // Of a token that was taken out the provider says that nothing is in it. The library knows better.
            long slot = slot(uri.token());
            if (keys != null && slot == known.slot) {
                throw noSuchKey(uri);
            }
            Security.removeProvider(known.provider.getName());
            open.remove(uri.token());
            return keyOrFailure(uri, openToken(uri.token(), slot, pin));
        } finally {
            Arrays.fill(pin, '\0');
        }
    }

    private KeyStore openToken(String token, long slot, char[] pin) throws TokenException {
        Provider provider = provider(token, slot);
        KeyStore keys = load(token, provider, pin);
        // At the end: it is asked only for keys that no other provider can use.
        Security.addProvider(provider);
        open.put(token, new Open(provider, slot));
        return keys;
    }

    private static PrivateKey keyOrFailure(TokenKeyUri uri, KeyStore keys) throws TokenException {
        PrivateKey key = key(uri, keys);
        if (key == null) {
            throw noSuchKey(uri);
        }
        return key;
    }

    private long slot(String token) throws TokenException {
        TokenSlots all = slots;
        if (all == null) {
            all = TokenSlots.load(library);
            slots = all;
        }
        List<TokenSlots.Found> found = all.with(token);
        if (found.size() != 1) {
            throw new TokenException("the PKCS#11 library " + library + " has "
                    + (found.isEmpty() ? "no" : "more than one") + " token with the label '" + token
                    + "'; connect it, or correct the label. 'pkcs11-tool --module " + library
                    + " --list-slots' shows those there are");
        }
        if (found.getFirst().isLocked()) {
            throw new TokenException("the token '" + token
                    + "' has locked itself after wrong PINs; its security officer can set a new one");
        }
        if (found.getFirst().locksAtNextWrongPin()) {
            throw new TokenException("the token '" + token
                    + "' locks itself at the next wrong PIN, so the one in " + pinFile
                    + " is not tried; log in once by hand, with 'pkcs11-tool --module " + library
                    + " --token-label LABEL --login --list-objects', and see that the file has the same PIN");
        }
        return found.getFirst().slot();
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
            made++;
            return base.configure(
                    "--name=holdfast-" + made + "-" + slot + "\nlibrary=\"" + path + "\"\nslot=" + slot + "\n");
        } catch (InvalidParameterException | ProviderException e) {
            throw new TokenException("the token '" + token + "' can't be used by the Java runtime", e);
        }
    }

    /** Null when the token does not answer. */
    private @Nullable KeyStore tryLoad(String token, Provider provider, char[] pin) throws TokenException {
        try {
            return load(token, provider, pin);
        } catch (TokenException e) {
            if (isLogin(e)) {
                throw e;
            }
            return null;
        }
    }

    private KeyStore load(String token, Provider provider, char[] pin) throws TokenException {
        if (Arrays.equals(refusedPins.get(token), pin)) {
            throw new TokenException(
                    "the token '" + token + "' refused the PIN in " + pinFile
                            + " before and is not asked again with the same one, lest it lock itself; correct it, or start the"
                            + " server again when it is right by now",
                    new LoginException());
        }
        try {
            KeyStore keys = KeyStore.getInstance("PKCS11", provider);
            keys.load(null, pin);
            refusedPins.remove(token);
            return keys;
        } catch (IOException | GeneralSecurityException | ProviderException e) {
            if (isLogin(e)) {
                refusedPins.put(token, pin.clone());
                throw new TokenException(
                        "the token '" + token + "' refuses the PIN in " + pinFile
                                + "; correct it before the token locks itself",
                        e);
            }
            throw new TokenException(
                    "the token '" + token + "' does not answer; connect it and see whether its library works", e);
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

    /** Null when there is none. */
    private static @Nullable PrivateKey key(TokenKeyUri uri, KeyStore keys) throws TokenException {
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
        return found;
    }

    private static TokenException noSuchKey(TokenKeyUri uri) {
        return new TokenException("the token '" + uri.token()
                + "' has no private key under a certificate with the label '" + uri.object()
                + "'. Java finds keys by their certificates: write one into the token, with that label and the id of the"
                + " key");
    }

    private char[] pin() throws TokenException {
        warnOfOpenPin();
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

    private void warnOfOpenPin() {
        try {
            Set<PosixFilePermission> permissions = Files.getPosixFilePermissions(pinFile);
            if (permissions.stream().anyMatch(OTHERS::contains)) {
                LOG.warn(
                        "the PIN file {} is open to other users; close it: chmod 600, or 640 for a group of its own",
                        pinFile);
            }
        } catch (IOException | UnsupportedOperationException _) {
            // Reading it says what is wrong, or there are no such permissions here.
        }
    }
}
