package dev.holdfast.hub.identity;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TokenResourceTest {
    private static List<String> path(String text) {
        return text == null || text.isEmpty() ? List.of() : Arrays.asList(text.split("/", -1));
    }

    @ParameterizedTest
    @CsvSource({
        "hub1.hub.test,hub1.hub.test,''",
        "HUB1.Hub.Test,hub1.hub.test,''",
        "hub1.hub.test/,hub1.hub.test,''",
        "hub1.hub.test:443/devices/dev1,hub1.hub.test,devices/dev1",
        "hub1.hub.test%2Fdevices%2Fdev1,hub1.hub.test,devices/dev1",
        "hub1.hub.test%2fdevices%2fdev1%2f,hub1.hub.test,devices/dev1",
        "amqps://hub1.hub.test/devices/dev1,hub1.hub.test,devices/dev1",
        "sb%3a%2f%2fhub1.hub.test%3a5671%2fhub1%2f%24management,hub1.hub.test,hub1/$management",
        "h/devices/dev1/api-version=2016-11-14,h,devices/dev1",
        "h/devices/dev1/modules/m/api-version=2016-11-14,h,devices/dev1/modules/m",
        "h/devices/api-version=2016-11-14,h,devices/api-version=2016-11-14",
        "h/api-version=2016-11-14,h,api-version=2016-11-14",
        "h%252Fdevices%252Fdev1,h%2fdevices%2fdev1,''",
        "h/devices/100%,h,devices/100%",
        "[::1]:443/devices/d,[::1],devices/d",
    })
    void resourcesAreReadInEverySpelling(String sr, String host, String path) {
        assertThat(TokenResource.parse(sr)).contains(new TokenResource(host, path(path)));
    }

    @ParameterizedTest
    @CsvSource({"/devices/dev1", "%2Fdevices", "sb://", "https:///devices"})
    void aResourceWithoutHostIsNone(String sr) {
        assertThat(TokenResource.parse(sr)).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "'',devices/dev1,true",
        "devices,devices/dev1,true",
        "devices/dev1,devices/dev1,true",
        "Devices/dev1,devices/dev1,true",
        "devices/dev1,devices/dev1/modules/m,true",
        "devices/dev1/modules/m,devices/dev1,false",
        "devices/dev1,devices/dev10,false",
        "devices/dev10,devices/dev1,false",
        "devices/dev1,devices/Dev1,false",
        "devices/DEV1,devices/dev1,false",
        "devices/dev1,twins/dev1,false",
        "devices/dev1,'',false",
        "devices/dev,devices/dev1,false",
        "devices/*,devices/dev1,false",
        "devices/#,devices/dev1,false",
        "devices/+,devices/dev1,false",
        "devices/dev1/modules/m,devices/dev1/modules/M,false",
        "devices/dev1/MODULES/m,devices/dev1/modules/m,true",
    })
    void aPathIsCoveredSegmentBySegment(String have, String want, boolean covered) {
        assertThat(new TokenResource("h", path(have)).coversPath(path(want))).isEqualTo(covered);
    }

    @Test
    void aDeviceNamedLikeAFixedWordIsComparedByCase() {
        assertThat(new TokenResource("h", List.of("devices", "DEVICES")).coversPath(List.of("devices", "devices")))
                .isFalse();
    }
}
