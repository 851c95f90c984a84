package dev.holdfast.hub.device.mqtt;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.base.DeviceId;
import dev.holdfast.base.ModuleId;
import dev.holdfast.hub.identity.Identity;
import java.util.List;
import org.junit.jupiter.api.Test;

class TopicFiltersTest {
    private static final Identity DEV1 = Identity.of(new DeviceId("dev1"));
    private static final Identity MOD1 = new Identity(new DeviceId("dev1"), new ModuleId("mod1"));
    private static final List<String> OF_EVERYONE = List.of(
            "$iothub/methods/POST/#",
            "$iothub/twin/res/#",
            "$iothub/twin/PATCH/properties/desired/#",
            "$iothub/credentials/res/#");

    @Test
    void whatTheSdksSubscribeTo() {
        assertThat(OF_EVERYONE).allMatch(new TopicFilters(DEV1)::allow).allMatch(new TopicFilters(MOD1)::allow);
        assertThat(new TopicFilters(DEV1).allow("devices/dev1/messages/devicebound/#"))
                .isTrue();
        for (String filter : List.of(
                "devices/dev1/modules/mod1/#",
                "devices/dev1/modules/mod1/inputs/#",
                "devices/dev1/modules/mod1/messages/devicebound/#")) {
            assertThat(new TopicFilters(MOD1).allow(filter)).isTrue();
            assertThat(new TopicFilters(DEV1).allow(filter)).isFalse();
        }
        assertThat(new TopicFilters(MOD1).allow("devices/dev1/messages/devicebound/#"))
                .isFalse();
    }

    @Test
    void nothingOfAnyoneElse() {
        for (String filter : List.of(
                "#",
                "+",
                "+/x",
                "+/#",
                "/#",
                "devices/#",
                "devices/+/messages/devicebound/#",
                "devices/dev2/messages/devicebound/#",
                "devices/dev10/messages/devicebound/#",
                "devices/dev/messages/devicebound/#",
                "devices/DEV1/messages/devicebound/#",
                "Devices/dev1/messages/devicebound/#",
                "devices/dev1/#",
                "devices/dev1/messages/#",
                "devices/dev1/messages/+/#",
                "devices/dev1/messages/devicebound/",
                "devices/dev1/messages/devicebound/+",
                "devices/dev1/messages/devicebound/##",
                "devices/dev1/messages/events/#",
                "devices/dev1/messages/devicebound/#/../../dev2/#",
                "devices/dev%31/messages/devicebound/#",
                "$share/g/devices/dev1/messages/devicebound/#",
                "$share/g/devices/dev2/messages/devicebound/#",
                "$SYS/#",
                "$iothub/#",
                "$iothub/+/#",
                "$iothub/twin/#",
                "$iothub/methods/#",
                "$dps/registrations/res/#",
                "")) {
            assertThat(new TopicFilters(DEV1).allow(filter)).as(filter).isFalse();
            assertThat(new TopicFilters(MOD1).allow(filter)).as(filter).isFalse();
        }
    }

    @Test
    void anIdThatIsAWildcardReachesItsOwnTopicOnly() {
        TopicFilters plus = new TopicFilters(Identity.of(new DeviceId("+")));
        assertThat(plus.allow("devices/+/messages/devicebound/#")).isTrue();
        assertThat(plus.allow("devices/dev1/messages/devicebound/#")).isFalse();
    }
}
