package dev.holdfast.hub.twin.digital;

import static dev.holdfast.hub.twin.digital.TestTwin.json;
import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What services see of a device twin. */
class DigitalTwinViewTest {
    private static final String MINUTE_1 = "2026-11-23T08:01:00.0000000Z";
    private static final String MINUTE_2 = "2026-11-23T08:02:00.0000000Z";

    private final TestTwin device = new TestTwin();

    private void seen(String expected) {
        assertThat(json(device.view().toString()))
                .isEqualTo(json(expected.replace("M1", MINUTE_1).replace("M2", MINUTE_2)));
    }

    @Test
    void a_device_that_nobody_wrote_to_has_a_twin_without_properties() {
        seen("{'$dtId':'dev1','$metadata':{}}");
        device.announce("dtmi:com:example:Thermostat;1");
        seen("{'$dtId':'dev1','$metadata':{'$model':'dtmi:com:example:Thermostat;1'}}");
    }

    @Test
    void a_property_has_the_value_that_the_device_reports_and_the_desired_one_beside_it() {
        device.desire("{'fanSpeed':2.0,'wanted':{'deep':[1]}}");
        device.report("{'fanSpeed':{'value':3.0,'ac':200,'av':1,'ad':'done'},'serial':'x1'}");
        device.report("{'list':[1,{'value':1}]}");
        seen("{'$dtId':'dev1','fanSpeed':3.0,'serial':'x1','list':[1,{'value':1}],'$metadata':{"
                + "'fanSpeed':{'desiredValue':2.0,'desiredVersion':2,'ackVersion':1,'ackCode':200,'ackDescription':'done','lastUpdateTime':'M1'},"
                + "'serial':{'lastUpdateTime':'M1'},'list':{'lastUpdateTime':'M2'},"
                + "'wanted':{'desiredValue':{'deep':[1]},'desiredVersion':2}}}");
    }

    @Test
    void components_have_metadata_of_their_own() {
        device.report("{'thermostat1':{'__t':'c','max':25.3,'target':{'value':21,'ac':203,'av':2}}}");
        device.desire("{'thermostat1':{'__t':'c','target':22},'thermostat2':{'__t':'c','target':5}}");
        device.desire("{'thermostat1':{'target':23}}");
        seen("{'$dtId':'dev1','$metadata':{},"
                + "'thermostat1':{'max':25.3,'target':21,'$metadata':{'max':{'lastUpdateTime':'M1'},"
                + "'target':{'desiredValue':23,'desiredVersion':3,'ackVersion':2,'ackCode':203,'lastUpdateTime':'M1'}}},"
                + "'thermostat2':{'$metadata':{'target':{'desiredValue':5,'desiredVersion':2}}}}");
    }

    @Test
    void one_mark_is_enough_and_what_is_no_object_beside_it_is_left_out() {
        device.report("{'a':{'__t':'c','x':1},'b':{'y':2},'c':{'__t':'c','z':3}}");
        device.desire("{'a':{'x':4},'b':{'__t':'c','y':5},'c':6}");
        seen("{'$dtId':'dev1','$metadata':{},"
                + "'a':{'x':1,'$metadata':{'x':{'desiredValue':4,'desiredVersion':2,'lastUpdateTime':'M1'}}},"
                + "'b':{'y':2,'$metadata':{'y':{'desiredValue':5,'desiredVersion':2,'lastUpdateTime':'M1'}}},"
                + "'c':{'z':3,'$metadata':{'z':{'lastUpdateTime':'M1'}}}}");
    }

    @Test
    void a_component_without_properties_is_not_there() {
        device.report("{'a':{'__t':'c'}}");
        device.desire("{'b':{'__t':'c'}}");
        seen("{'$dtId':'dev1','$metadata':{}}");
    }

    @Test
    void what_is_marked_otherwise_is_a_property() {
        device.report("{'a':{'__t':'x','b':1},'d':{'__t':7}}");
        seen("{'$dtId':'dev1','a':{'__t':'x','b':1},'d':{'__t':7},"
                + "'$metadata':{'a':{'lastUpdateTime':'M1'},'d':{'lastUpdateTime':'M1'}}}");
    }

    @Test
    void a_device_may_answer_that_it_took_a_property_away() {
        device.report("{'p':{'value':1,'ac':200,'av':1}}");
        device.report("{'p':{'value':null,'av':2}}");
        seen("{'$dtId':'dev1','$metadata':{'p':{'ackVersion':2,'ackCode':200,'lastUpdateTime':'M2'}}}");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{'value':1,'ac':200,'av':3,'ad':'x'} | true",
                "{'value':1,'ac':200} | true",
                "{'value':{'a':1},'ac':200} | true",
                "{'value':1,'ac':200,'ad':7} | true",
                "{'value':1} | false",
                "{'ac':200} | false",
                "{'value':1,'ac':'200'} | false",
                "{'value':1,'ac':2.5} | false",
                "{'value':1,'ac':200,'av':'1'} | false",
                "{'value':1,'ac':200,'unit':'C'} | false",
                "{} | false",
                "1 | false",
                "[] | false"
            })
    void only_a_whole_acknowledgement_is_taken_for_one(String reported, boolean isOne) {
        assertThat(Acknowledgement.of(json(reported)).isPresent()).isEqualTo(isOne);
    }
}
