package dev.holdfast.server.architecture;

import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** Every module's packages keep the rules, and the rules find what breaks them. */
final class ArchitectureTest {
    private static final String ROOT = "dev.holdfast";
    private static final String PLANTED = "dev.holdfast.planted";

    private final JavaClasses product = new ClassFileImporter()
            .withImportOption(new ImportOption.DoNotIncludeTests())
            .withImportOption(location -> !location.contains("/dev/holdfast/testkit/"))
            .importPackages(ROOT);

    /** What in the planted code breaks each rule. */
    private static final Map<String, List<String>> BREAKERS = Map.of(
            "arrowsBetweenModules", List.of("planted.wire.KnowsItsHub"),
            "noCyclesBetweenPackages", List.of("planted.hub.first.First", "planted.hub.second.Second"),
            "protocolsStayInFaces", List.of("planted.hub.identity.KnowsBuffers", "planted.hub.identity.KnowsWire"),
            "oneHomeOfDatabaseDrivers", List.of("planted.hub.AsksDatabase"),
            "oneHomeOfTlsEngines", List.of("planted.wire.MakesEngine"),
            "oneHomeOfOutgoingHttp", List.of("planted.hub.CallsOut"),
            "noStaticState",
                    List.of("planted.base.Counts.calls", "planted.base.Counts.TOTAL", "planted.base.Counts.SEEN"),
            "noImplementationTwins", List.of("planted.base.ThingImpl"));

    @Test
    void the_classes_of_every_module_are_looked_at() {
        for (String module : ArchitectureRules.ARROWS.keySet()) {
            assertThat(product.stream().filter(type -> type.getPackageName().startsWith(ROOT + "." + module)))
                    .as(module)
                    .hasSizeGreaterThan(4);
        }
    }

    @TestFactory
    Stream<DynamicTest> the_product_keeps_every_rule() {
        return new ArchitectureRules(ROOT)
                .all().entrySet().stream()
                        .map(rule -> DynamicTest.dynamicTest(
                                rule.getKey(), () -> rule.getValue().check(product)));
    }

    @TestFactory
    Stream<DynamicTest> every_rule_finds_the_code_that_breaks_it() {
        JavaClasses planted = new ClassFileImporter().importPackages(PLANTED);
        return new ArchitectureRules(PLANTED)
                .all().entrySet().stream()
                        .map(rule -> DynamicTest.dynamicTest(rule.getKey(), () -> {
                            var result = rule.getValue().evaluate(planted);
                            String report =
                                    String.join("\n", result.getFailureReport().getDetails());
                            assertThat(report)
                                    .contains(BREAKERS.getOrDefault(rule.getKey(), List.of("nothing is planted")));
                            assertThat(report).as("harmless code").doesNotContain("Harmless");
                        }));
    }
}
