package dev.holdfast.tls.listen;

import java.net.Socket;
import java.security.AlgorithmParameters;
import java.security.GeneralSecurityException;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.security.interfaces.ECPublicKey;
import java.security.spec.ECGenParameterSpec;
import java.security.spec.ECParameterSpec;
import java.security.spec.EllipticCurve;
import java.util.Set;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.X509ExtendedTrustManager;

/**
 * Lets every client certificate through the handshake. The engine checks that the client holds its private key; whether the
 * certificate is good enough is judged later, when the protocol has named the device, because only then is it known what is
 * registered for it and what to tell the client.
 *
 * <p>But for keys on curves that the Java runtime can't compute with: it would refuse the client's signature before TLS 1.3, and an
 * accelerating provider would not. Who gets in must not depend on that.
 */
final class AnyClientCertificate extends X509ExtendedTrustManager {
    private static final Set<EllipticCurve> CURVES = Set.of(curve("secp256r1"), curve("secp384r1"), curve("secp521r1"));

    private static EllipticCurve curve(String name) {
        try {
            AlgorithmParameters parameters = AlgorithmParameters.getInstance("EC");
            parameters.init(new ECGenParameterSpec(name));
            return parameters.getParameterSpec(ECParameterSpec.class).getCurve();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("this Java runtime does not have the curve " + name, e);
        }
    }

    private static void checkCurve(X509Certificate[] chain) throws CertificateException {
        if (chain[0].getPublicKey() instanceof ECPublicKey key
                && !CURVES.contains(key.getParams().getCurve())) {
            throw new CertificateException("The client's certificate has a key that is not on P-256, P-384 or P-521");
        }
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String authType, SSLEngine engine)
            throws CertificateException {
        checkCurve(chain);
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String authType) throws CertificateException {
        checkCurve(chain);
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String authType, Socket socket)
            throws CertificateException {
        checkCurve(chain);
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String authType, SSLEngine engine)
            throws CertificateException {
        throw notAServer();
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String authType) throws CertificateException {
        throw notAServer();
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String authType, Socket socket)
            throws CertificateException {
        throw notAServer();
    }

    private static CertificateException notAServer() {
        return new CertificateException("this is a server; it trusts no other");
    }

    /** No hint which issuers are welcome: with one, clients keep certificates of other issuers to themselves. */
    @Override
    public X509Certificate[] getAcceptedIssuers() {
        return new X509Certificate[0];
    }
}
