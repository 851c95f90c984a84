package dev.holdfast.tls.listen;

import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import java.security.Security;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLException;

/**
 * What the Java runtime's engine can only be told for all of the JVM. It reads this once, when its first classes are loaded, so
 * {@link #set} comes before anything else that uses TLS.
 */
public final class EngineSwitches {
    private static final String IGNORED_BY_SERVER = "jdk.tls.server.disableExtensions";
    private static final String DISABLED = "jdk.tls.disabledAlgorithms";

    /**
     * What the runtime has switched off and policies for old devices accept. Everything else that it has switched off stays so: SSL
     * 3.0, RC4, DES, no encryption, no authentication, static ECDH, signatures with SHA-1.
     */
    private static final Set<String> LIFTED = Set.of("TLSv1", "TLSv1.1", "3DES_EDE_CBC", "TLS_RSA_*");

    private EngineSwitches() {}

    /**
     * Lets the engine ignore SNI, and lets it do what policies for old devices accept. No engine is widened by that: each is built
     * with the versions and suites that a verdict, or a client's own settings, name.
     *
     * <p>It would end the handshake of a client whose name it finds malformed, among them IPv6 addresses, names with '_' and names
     * with a dot at the end, all of which are in use; and it need not know, because the name has chosen policy and chain before there
     * is an engine.
     */
    public static void set() {
        Set<String> ignored = new LinkedHashSet<>(
                Arrays.asList(System.getProperty(IGNORED_BY_SERVER, "").split("\\s*,\\s*")));
        ignored.remove("");
        ignored.add("server_name");
        System.setProperty(IGNORED_BY_SERVER, String.join(",", ignored));

        String disabled = Security.getProperty(DISABLED);
        if (disabled != null) {
            List<String> left = new ArrayList<>(Arrays.asList(disabled.split("\\s*,\\s*")));
            if (left.removeAll(LIFTED)) {
                Security.setProperty(DISABLED, String.join(", ", left));
            }
        }
    }

    /** Whether {@link #set} came early enough: an engine begins a handshake with what only old devices speak. */
    public static boolean areInEffect() {
        try {
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(null, new AnyClientCertificate[] {new AnyClientCertificate()}, null);
            SSLEngine engine = context.createSSLEngine();
            engine.setUseClientMode(true);
            engine.setEnabledProtocols(new String[] {"TLSv1"});
            engine.setEnabledCipherSuites(new String[] {"TLS_RSA_WITH_AES_128_CBC_SHA"});
            engine.beginHandshake();
            engine.wrap(
                    ByteBuffer.allocate(0),
                    ByteBuffer.allocate(engine.getSession().getPacketBufferSize()));
            return true;
        } catch (SSLException refused) {
            return false;
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("this Java runtime has no TLS", e);
        }
    }
}
