package dev.holdfast.pki.token;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** What the flags of a token say (CK_TOKEN_INFO, PKCS#11 2.40). */
class TokenSlotsTest {
    private static final long INITIALIZED = 0x400;
    private static final long USER_PIN_COUNT_LOW = 0x10000;
    private static final long USER_PIN_FINAL_TRY = 0x20000;
    private static final long USER_PIN_LOCKED = 0x40000;

    @Test
    void a_pin_is_tried_unless_it_is_the_last_time() {
        TokenSlots.Found low = new TokenSlots.Found(0, INITIALIZED | USER_PIN_COUNT_LOW);
        assertThat(low.isLocked() || low.locksAtNextWrongPin()).isFalse();

        assertThat(new TokenSlots.Found(0, INITIALIZED | USER_PIN_COUNT_LOW | USER_PIN_FINAL_TRY).locksAtNextWrongPin())
                .isTrue();
        assertThat(new TokenSlots.Found(0, INITIALIZED | USER_PIN_LOCKED).isLocked())
                .isTrue();
    }
}
