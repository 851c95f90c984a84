package dev.holdfast.base;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class IdsTest {
    @ParameterizedTest
    @ValueSource(strings = {"dev1", "a", "-:.+%_#*?!(),=@;$'", "Dev1", "a+b", "#", "$iothub", "sensor@plant,1"})
    void accepts_every_character_that_azure_allows(String id) {
        assertThat(DeviceId.parse(id)).map(DeviceId::value).contains(id);
        assertThat(ModuleId.parse(id)).map(ModuleId::value).contains(id);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "a/b", "a b", "ä", "a\u0000", "a\n", "a\"b", "a<b", "a\\b", "a&b", "ａ"})
    void refuses_what_could_be_read_as_something_else(String id) {
        assertThat(DeviceId.parse(id)).isEmpty();
        assertThat(ModuleId.parse(id)).isEmpty();
        assertThatThrownBy(() -> new DeviceId(id)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void an_id_has_at_most_128_characters() {
        assertThat(DeviceId.parse("x".repeat(128))).isPresent();
        assertThat(DeviceId.parse("x".repeat(129))).isEmpty();
    }

    @Test
    void ids_that_differ_in_case_are_different_devices() {
        assertThat(new DeviceId("Dev1")).isNotEqualTo(new DeviceId("dev1"));
    }

    @Test
    void a_hub_name_is_kept_in_lower_case() {
        assertThat(HubName.parse("Hub1")).contains(new HubName("hub1"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "ab", "-hub", "hub-", "hub_1", "hub.1", "localhost", "LocalHost", "hübe"})
    void refuses_what_is_no_hub_name(String name) {
        assertThat(HubName.parse(name)).isEmpty();
    }

    @Test
    void a_hub_name_has_at_most_50_characters() {
        assertThat(HubName.parse("h".repeat(50))).isPresent();
        assertThat(HubName.parse("h".repeat(51))).isEmpty();
    }

    @Test
    void aDeviceIsNotCalledByWhatMeansAnotherPathInAUrl() {
        assertThat(DeviceId.parse(".")).isEmpty();
        assertThat(DeviceId.parse("..")).isEmpty();
        assertThat(DeviceId.parse("...")).isPresent();
        assertThat(DeviceId.parse(".a")).isPresent();
    }
}
