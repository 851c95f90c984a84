package dev.holdfast.hub.identity;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PreconditionTest {
    private static final String ETAG = Etag.of(7);

    @Test
    void anEtagIsBase64OfTheVersion() {
        assertThat(ETAG).isEqualTo("AAAAAAAAAAc=");
    }

    @ParameterizedTest
    @ValueSource(strings = {"*", "\"*\"", " * ", "W/\"*\"", "\"x\", *"})
    void aStarAllowsEveryVersion(String field) {
        assertThat(Precondition.ifMatch(field).allows(ETAG)).isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "AAAAAAAAAAc=",
                "\"AAAAAAAAAAc=\"",
                "W/\"AAAAAAAAAAc=\"",
                "W/AAAAAAAAAAc=",
                "  \"AAAAAAAAAAc=\"  ",
                "\"x\", \"AAAAAAAAAAc=\""
            })
    void theEtagIsFoundInEverySpelling(String field) {
        assertThat(Precondition.ifMatch(field).allows(ETAG)).isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"", "\"\"", "\"", "AAAAAAAAAAg=", "aaaaaaaaaac=", "AAAAAAAAAAc", "**", "\"AAAAAAAAAAc=", "W/"})
    void everythingElseIsAnotherVersion(String field) {
        assertThat(Precondition.ifMatch(field).allows(ETAG)).isFalse();
    }

    @Test
    void noFieldDemandsNothingButADevice() {
        assertThat(Precondition.ifMatch(null).allows(ETAG)).isTrue();
    }
}
