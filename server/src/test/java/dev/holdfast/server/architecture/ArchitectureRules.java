package dev.holdfast.server.architecture;

import static com.tngtech.archunit.core.domain.JavaCall.Predicates.target;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideOutsideOfPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.type;
import static com.tngtech.archunit.core.domain.properties.HasOwner.Predicates.With.owner;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.fields;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaField;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.lang.CompositeArchRule;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;

/**
 * The rules of docs/internals/architecture.md that Maven can't see, since it only knows modules.
 *
 * @param root the package that all modules lie in; another one for code that breaks the rules on purpose
 */
record ArchitectureRules(String root) {
    /** Which modules each module may import. */
    static final Map<String, List<String>> ARROWS = new TreeMap<>(Map.of(
            "base", List.of(),
            "pki", List.of("base"),
            "store", List.of("base"),
            "wire", List.of("base"),
            "tls", List.of("base", "pki", "wire"),
            "insight", List.of("base", "pki", "store", "wire", "tls"),
            "hub", List.of("base", "pki", "store", "wire", "tls"),
            "server", List.of("base", "pki", "store", "wire", "tls", "insight", "hub"),
            "cli", List.of("base", "wire", "tls")));

    ArchRule arrowsBetweenModules() {
        ArchRule all = arrows("base");
        for (String module : ARROWS.keySet()) {
            all = CompositeArchRule.of(all).and(arrows(module));
        }
        return all.as("modules import along the arrows only");
    }

    private ArchRule arrows(String module) {
        String[] allowed = Stream.concat(Stream.of(module), ARROWS.getOrDefault(module, List.of()).stream())
                .map(this::below)
                .toArray(String[]::new);
        return classes()
                .that()
                .resideInAPackage(below(module))
                .should()
                .onlyDependOnClassesThat(resideInAnyPackage(allowed).or(resideOutsideOfPackage(root + "..")))
                // What is planted to break the rules has classes in some modules only.
                .allowEmptyShould(true);
    }

    ArchRule noCyclesBetweenPackages() {
        return slices().matching(root + ".(**)").should().beFreeOfCycles().as("packages have no cycle");
    }

    /** What a hub decides does not depend on the protocol it is asked in. */
    ArchRule protocolsStayInFaces() {
        return noClasses()
                .that()
                .resideInAnyPackage(
                        root + ".hub",
                        below("hub.identity"),
                        below("hub.revocation"),
                        below("hub.telemetry"),
                        below("hub.link"),
                        below("store"),
                        below("pki"),
                        below("base"))
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("io.netty..", "org.apache.qpid..", below("wire"))
                .as("protocols are known in faces only");
    }

    ArchRule oneHomeOfDatabaseDrivers() {
        return noClasses()
                .that()
                .resideOutsideOfPackage(below("store.embedded"))
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("java.sql..", "javax.sql..", "org.sqlite..")
                .as("databases are known in store.embedded only");
    }

    /** Engines of servers are made where policy and deadline are; engines of clients where their trust is. */
    ArchRule oneHomeOfTlsEngines() {
        return noClasses()
                .that(resideOutsideOfPackage(below("tls.listen")).and(areNotClients()))
                .should()
                .callMethodWhere(target(owner(type(SSLEngine.class))))
                .orShould()
                .callMethod(SSLContext.class, "createSSLEngine")
                .orShould()
                .callMethod(SSLContext.class, "createSSLEngine", String.class, int.class)
                .orShould()
                .dependOnClassesThat()
                .resideInAPackage("io.netty.handler.ssl..")
                .as("TLS engines are made and used in tls.listen only, and by clients");
    }

    private DescribedPredicate<JavaClass> areNotClients() {
        // The bench and the trace are clients that ask any server for exactly one thing.
        DescribedPredicate<JavaClass> clients = resideInAPackage(below("wire.client"))
                .or(resideInAPackage(below("cli.bench")))
                .or(resideInAPackage(below("cli.trace")))
                .or(DescribedPredicate.describe(
                        "the AMQP client", type -> type.getName().startsWith(root + ".wire.amqp.AmqpClient")));
        return DescribedPredicate.not(clients);
    }

    ArchRule oneHomeOfOutgoingHttp() {
        return noClasses()
                .that()
                .resideOutsideOfPackage(below("wire.client"))
                .should()
                .dependOnClassesThat()
                .resideInAPackage("java.net.http..")
                .orShould()
                .dependOnClassesThat()
                .haveFullyQualifiedName("java.net.HttpURLConnection")
                .orShould()
                .dependOnClassesThat()
                .haveFullyQualifiedName("java.net.URLConnection")
                .as("HTTP goes out through wire.client only");
    }

    ArchRule noStaticState() {
        return fields().that()
                .areStatic()
                .and(DescribedPredicate.describe("are not made by the compiler", ArchitectureRules::isWritten))
                .should()
                .beFinal()
                .andShould()
                .haveRawType(DescribedPredicate.describe("that can't change", ArchitectureRules::isUnchanging))
                .as("nothing static changes");
    }

    private static boolean isWritten(JavaField field) {
        return !field.getModifiers().contains(JavaModifier.SYNTHETIC);
    }

    /** Collections are let pass as their interfaces: those are copies that can't be changed. */
    private static boolean isUnchanging(JavaClass type) {
        boolean counter = type.getPackageName().startsWith("java.util.concurrent")
                && !type.isAssignableTo(java.util.concurrent.TimeUnit.class);
        boolean holder = type.getName().equals(ThreadLocal.class.getName());
        boolean openCollection =
                (type.isAssignableTo(Collection.class) || type.isAssignableTo(Map.class)) && !type.isInterface();
        return !counter && !holder && !openCollection;
    }

    ArchRule noImplementationTwins() {
        return noClasses().should().haveSimpleNameEndingWith("Impl").as("no class is called after its interface");
    }

    Map<String, ArchRule> all() {
        return new TreeMap<>(Map.of(
                "arrowsBetweenModules", arrowsBetweenModules(),
                "noCyclesBetweenPackages", noCyclesBetweenPackages(),
                "protocolsStayInFaces", protocolsStayInFaces(),
                "oneHomeOfDatabaseDrivers", oneHomeOfDatabaseDrivers(),
                "oneHomeOfTlsEngines", oneHomeOfTlsEngines(),
                "oneHomeOfOutgoingHttp", oneHomeOfOutgoingHttp(),
                "noStaticState", noStaticState(),
                "noImplementationTwins", noImplementationTwins()));
    }

    private String below(String module) {
        return root + "." + module + "..";
    }
}
