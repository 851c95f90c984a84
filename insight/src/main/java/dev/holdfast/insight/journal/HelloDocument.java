package dev.holdfast.insight.journal;

import dev.holdfast.tls.hello.ClientHello;
import dev.holdfast.tls.hello.HelloShape;
import dev.holdfast.tls.report.Report;
import java.util.List;
import java.util.Objects;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** Everything that a client offered, in its order, by the names of the registries. */
public final class HelloDocument {
    private static final int LIST_MAX = 200;
    private static final int NAME_MAX_CHARS = 64;

    private HelloDocument() {}

    public static ObjectNode of(HelloShape shape) {
        ClientHello hello = shape.hello();
        ObjectNode json = JsonMapper.shared().createObjectNode();
        json.put("fingerprint", shape.id()).put("ja4", shape.ja4());
        names(json, "versions", hello.offeredVersions());
        names(json, "suites", hello.offeredSuites());
        names(json, "groups", hello.offeredGroups());
        names(json, "keyShares", hello.offeredKeyShares());
        names(json, "signatures", hello.offeredSignatures());
        names(json, "certificateSignatures", hello.offeredCertificateSignatures());
        names(
                json,
                "applicationProtocols",
                hello.applicationProtocols().stream()
                        .map(name -> Report.cleaned(name, NAME_MAX_CHARS))
                        .toList());
        names(
                json,
                "extensions",
                hello.extensions().stream().map(String::valueOf).toList());
        Integer fragment = hello.maxFragmentBytes();
        if (fragment != null) {
            json.put("maxFragmentBytes", Objects.requireNonNull(fragment).intValue());
        }
        return json;
    }

    private static void names(ObjectNode json, String member, List<String> names) {
        if (!names.isEmpty()) {
            ArrayNode list = json.putArray(member);
            names.stream().limit(LIST_MAX).forEach(list::add);
        }
    }
}
