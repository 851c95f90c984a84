package dev.holdfast.tls.trace;

import dev.holdfast.tls.hello.ClientHello;
import dev.holdfast.tls.hello.NamedGroup;
import dev.holdfast.tls.hello.SignatureScheme;
import dev.holdfast.tls.hello.TlsVersion;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What a message says, as labelled texts: the same for people and for programs. Texts of the peer are as it sent them. */
public final class Details {
    /** A message can name thousands; a person reads the first ones. */
    private static final int VALUES_MAX = 60;

    /**
     * @param label words in lower case
     * @param isList whether there could be several values
     */
    public record Detail(String label, List<String> values, boolean isList) {
        public Detail {
            values = values.size() <= VALUES_MAX ? List.copyOf(values) : cut(values);
        }

        static Detail one(String label, String value) {
            return new Detail(label, List.of(value), false);
        }

        static Detail all(String label, List<String> values) {
            return new Detail(label, values, true);
        }

        private static List<String> cut(List<String> values) {
            List<String> cut = new ArrayList<>(values.subList(0, VALUES_MAX));
            cut.add("and " + (values.size() - VALUES_MAX) + " more");
            return List.copyOf(cut);
        }
    }

    private Details() {}

    public static List<Detail> of(HandshakeMessage message) {
        return switch (message) {
            case HandshakeMessage.Hello(var hello) -> of(hello);
            case HandshakeMessage.ServerChoice(var hello) -> of(hello);
            case HandshakeMessage.Certificates(var sizes) ->
                List.of(Detail.one(
                        "certificates",
                        sizes.isEmpty()
                                ? "none"
                                : sizes.size() + ", of "
                                        + list(sizes.stream()
                                                .map(String::valueOf)
                                                .toList()) + " bytes"));
            case HandshakeMessage.ServerKey(var group, var scheme) -> {
                List<Detail> details = new ArrayList<>();
                group.ifPresent(name -> details.add(Detail.one("group", name)));
                addScheme(details, scheme);
                yield details;
            }
            case HandshakeMessage.CertificateRequest(var schemes, var authorities) ->
                List.of(
                        Detail.all(
                                "signatures",
                                schemes.stream().map(SignatureScheme::nameOf).toList()),
                        Detail.one("issuers named", authorities == 0 ? "none: any will do" : "" + authorities));
            case HandshakeMessage.CertificateVerify(var scheme) -> {
                List<Detail> details = new ArrayList<>();
                addScheme(details, scheme);
                yield details;
            }
            case HandshakeMessage.NewSessionTicket(var seconds, var bytes) ->
                List.of(
                        Detail.one("lifetime", seconds == 0 ? "not said" : seconds + " s"),
                        Detail.one("ticket", bytes + " bytes"));
            case HandshakeMessage.Malformed(var _, var what) -> List.of(Detail.one("broken", what));
            case HandshakeMessage.CertificateStatus _,
                    HandshakeMessage.ServerHelloDone _,
                    HandshakeMessage.ClientKey _,
                    HandshakeMessage.Other _ -> List.of();
        };
    }

    private static void addScheme(List<Detail> details, @Nullable Integer scheme) {
        if (scheme != null) {
            details.add(Detail.one("signature", SignatureScheme.nameOf(scheme)));
        }
    }

    private static List<Detail> of(ClientHello hello) {
        List<Detail> details = new ArrayList<>();
        details.add(Detail.one("server name", hello.serverName() == null ? "none" : hello.serverName()));
        details.add(Detail.all("versions", hello.offeredVersions()));
        details.add(Detail.all("suites", hello.offeredSuites()));
        details.add(Detail.all("groups", hello.offeredGroups()));
        if (!hello.keyShareGroups().isEmpty()) {
            details.add(Detail.all("keys for groups", hello.offeredKeyShares()));
        }
        details.add(Detail.all("signatures", hello.offeredSignatures()));
        if (!hello.applicationProtocols().isEmpty()) {
            details.add(Detail.all("application protocols", hello.applicationProtocols()));
        }
        return details;
    }

    private static List<Detail> of(ServerHello hello) {
        List<Detail> details = new ArrayList<>();
        details.add(Detail.one("version", TlsVersion.nameOf(hello.version())));
        details.add(Detail.one("suite", hello.cipherSuite().name()));
        Integer group = hello.group();
        if (group != null) {
            details.add(Detail.one("group", NamedGroup.nameOf(group)));
        }
        if (hello.isTls13() && !hello.isRetryRequest()) {
            details.add(Detail.one("session", hello.resumesByKey() ? "resumed" : "new"));
        }
        if (hello.applicationProtocol() != null) {
            details.add(Detail.one("application protocol", hello.applicationProtocol()));
        }
        return details;
    }

    /** Texts for a sentence. */
    static String list(List<String> texts) {
        return String.join(", ", Detail.all("", texts).values());
    }
}
