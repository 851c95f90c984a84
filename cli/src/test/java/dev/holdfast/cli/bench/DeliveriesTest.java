package dev.holdfast.cli.bench;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

final class DeliveriesTest {
    private final Deliveries deliveries = new Deliveries(7, 2);

    @Test
    void a_duplicate_does_not_make_up_for_a_loss() {
        deliveries.acknowledged(0, 0);
        deliveries.acknowledged(0, 1);
        deliveries.acknowledged(1, 0);
        assertThat(deliveries.delivered(0, 0)).isTrue();
        assertThat(deliveries.delivered(0, 0)).isFalse();
        assertThat(deliveries.delivered(1, 0)).isTrue();

        assertThat(deliveries.missing()).isEqualTo(1);
        assertThat(deliveries.duplicates()).isEqualTo(1);
        assertThat(deliveries.deliveredCount()).isEqualTo(2);
        assertThat(deliveries.acknowledgedCount()).isEqualTo(3);
        assertThat(deliveries.backlog()).isEqualTo(1);
    }

    @Test
    void what_is_delivered_without_an_acknowledgement_is_not_missing() {
        assertThat(deliveries.delivered(1, 5)).isTrue();
        assertThat(deliveries.missing()).isZero();
    }

    @Test
    void what_no_connection_of_this_run_sent_is_passed_over() {
        assertThat(deliveries.delivered(2, 0)).isFalse();
        assertThat(deliveries.delivered(-1, 0)).isFalse();
        assertThat(deliveries.delivered(0, -1)).isFalse();
        assertThat(deliveries.deliveredCount()).isZero();
    }
}
