package dev.holdfast.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

final class OpenedTest {
    private final List<String> closed = new ArrayList<>();

    @Test
    void closes_in_the_opposite_order_and_once() {
        Opened opened = new Opened();
        opened.add(() -> closed.add("first"));
        opened.add(() -> closed.add("second"));

        opened.close();
        opened.close();

        assertThat(closed).containsExactly("second", "first");
    }

    @Test
    void one_that_fails_keeps_no_other_from_being_closed_and_is_told() {
        Opened opened = new Opened();
        opened.add(() -> closed.add("first"));
        opened.add(() -> {
            throw new IOException("disk gone");
        });
        opened.add(() -> closed.add("last"));

        assertThatThrownBy(opened::close)
                .satisfies(failure -> assertThat(failure.getSuppressed()).hasSize(1))
                .satisfies(failure -> assertThat(failure.getSuppressed()[0]).hasMessage("disk gone"));
        assertThat(closed).containsExactly("last", "first");
    }
}
