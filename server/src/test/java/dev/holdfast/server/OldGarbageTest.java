package dev.holdfast.server;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class OldGarbageTest {
    private static final long MB = 1024 * 1024;

    @Test
    void aSmallHeapIsLeftAlone() {
        assertThat(OldGarbage.isDue(0, 0)).isFalse();
        assertThat(OldGarbage.isDue(OldGarbage.FLOOR_BYTES, 0)).isFalse();
    }

    @Test
    void itIsTimeWhenThereIsMoreThanTwiceOfWhatWasAlive() {
        assertThat(OldGarbage.isDue(OldGarbage.FLOOR_BYTES + 1, 20 * MB)).isTrue();
        assertThat(OldGarbage.isDue(399 * MB, 200 * MB)).isFalse();
        assertThat(OldGarbage.isDue(401 * MB, 200 * MB)).isTrue();
    }
}
