package dev.holdfast.tls.listen;

import dev.holdfast.tls.listen.Accelerator.InUse;
import dev.holdfast.tls.listen.Accelerator.NotInUse;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.Provider;
import java.security.Security;
import java.security.Signature;
import java.security.spec.ECGenParameterSpec;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Finds the provider by its name, so that nothing is missing where its jar is. */
final class AcceleratorLoading {
    private static final Logger LOG = LoggerFactory.getLogger(AcceleratorLoading.class);
    private static final String CLASS_NAME = "com.amazon.corretto.crypto.provider.AmazonCorrettoCryptoProvider";

    private AcceleratorLoading() {}

    static Accelerator load() {
        try {
            Class<?> type = Class.forName(CLASS_NAME);
            Provider provider = (Provider) type.getField("INSTANCE").get(null);
            Throwable failure = (Throwable) type.getMethod("getLoadingError").invoke(provider);
            return failure == null ? install(provider) : failed("its native library did not load", failure);
        } catch (ClassNotFoundException _) {
            return new NotInUse("no accelerating provider for this system is on the class path");
        } catch (ReflectiveOperationException | LinkageError | RuntimeException e) {
            return failed("it does not start", e);
        } catch (GeneralSecurityException e) {
            return failed("it does not compute", e);
        }
    }

    private static Accelerator install(Provider provider) throws GeneralSecurityException {
        signAndVerify(provider);
        // Does nothing when it is there.
        Security.insertProviderAt(provider, 1);
        return new InUse(provider.getName(), provider.getVersionStr());
    }

    /** A library that loads may still be for another processor. */
    private static void signAndVerify(Provider provider) throws GeneralSecurityException {
        KeyPairGenerator generator = KeyPairGenerator.getInstance("EC", provider);
        generator.initialize(new ECGenParameterSpec("secp256r1"));
        KeyPair pair = generator.generateKeyPair();
        byte[] message = {1, 2, 3};
        Signature signature = Signature.getInstance("SHA256withECDSA", provider);
        signature.initSign(pair.getPrivate());
        signature.update(message);
        byte[] signed = signature.sign();
        signature.initVerify(pair.getPublic());
        signature.update(message);
        if (!signature.verify(signed)) {
            throw new GeneralSecurityException("its own signature does not verify");
        }
    }

    private static NotInUse failed(String why, Throwable failure) {
        LOG.warn("the accelerating provider is left out: {}", why, failure);
        return new NotInUse("the accelerating provider is left out: " + why + "; the log says more");
    }
}
