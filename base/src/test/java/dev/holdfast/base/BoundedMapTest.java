package dev.holdfast.base;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.api.Test;

class BoundedMapTest {
    @Test
    void of_the_newest_the_one_that_was_put_first_goes_whatever_was_used_since() {
        Map<String, Integer> map = BoundedMap.ofNewest(2);
        map.put("a", 1);
        map.put("b", 2);
        assertThat(map.get("a")).isEqualTo(1);
        map.put("a", 3);
        map.put("c", 4);

        assertThat(map).containsExactly(Map.entry("b", 2), Map.entry("c", 4));
    }

    @Test
    void of_the_last_used_the_one_that_nobody_asked_for_goes() {
        Map<String, Integer> map = BoundedMap.ofLastUsed(2);
        map.put("a", 1);
        map.put("b", 2);
        assertThat(map.get("a")).isEqualTo(1);
        map.put("c", 3);

        assertThat(map).containsExactly(Map.entry("a", 1), Map.entry("c", 3));
    }
}
