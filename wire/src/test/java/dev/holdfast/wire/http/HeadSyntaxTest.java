package dev.holdfast.wire.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.holdfast.base.Limits;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class HeadSyntaxTest {
    private static final Limits.Http SMALL = new Limits.Http(40, 60, 4, 100, 1000, 1000, 1000, Duration.ofSeconds(1));

    private static int scan(String bytes) throws RequestRefused {
        return new HeadSyntax(SMALL, HttpVersions.ONLY_1_1).scan(buffer(bytes));
    }

    private static ByteBuf buffer(String bytes) {
        return Unpooled.copiedBuffer(bytes.replace("~", "\r\n"), StandardCharsets.ISO_8859_1);
    }

    @Test
    void aHeadEndsBehindItsEmptyLine() throws Exception {
        assertThat(scan("GET / HTTP/1.1~Host: a~~body")).isEqualTo("GET / HTTP/1.1..Host: a....".length());
        assertThat(scan("GET / HTTP/1.1~~")).isEqualTo("GET / HTTP/1.1....".length());
    }

    @Test
    void aHeadMayArriveByteByByte() throws Exception {
        String head = "PUT /devices/d HTTP/1.1~Host: a~X:~~";
        HeadSyntax syntax = new HeadSyntax(SMALL, HttpVersions.ONLY_1_1);
        ByteBuf in = Unpooled.buffer();
        byte[] bytes = head.replace("~", "\r\n").getBytes(StandardCharsets.ISO_8859_1);
        for (int i = 0; i < bytes.length; i++) {
            in.writeByte(bytes[i]);
            assertThat(syntax.scan(in)).isEqualTo(i < bytes.length - 1 ? HeadSyntax.INCOMPLETE : bytes.length);
        }
        assertThat(syntax.isInside()).isFalse();
    }

    @Test
    void oneEmptyLineInFrontIsPassedOver() throws Exception {
        assertThat(scan("~GET / HTTP/1.1~~")).isEqualTo("..GET / HTTP/1.1....".length());
        assertThatThrownBy(() -> scan("~~GET / HTTP/1.1~~")).hasMessage("MalformedRequestLine");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "GET / HTTP/1.1\nHost: a\n\n",
                "GET / HTTP/1.1\rHost: a~~",
                "GET / HTTP/1.1 ~~",
                "GET  / HTTP/1.1~~",
                " GET / HTTP/1.1~~",
                "GET /  HTTP/1.1~~",
                "GET\t/ HTTP/1.1~~",
                "GET / HTTP/1.1\0~~",
                "GET /\u00e4 HTTP/1.1~~",
                "GET /\u007f HTTP/1.1~~",
                "GET /~~",
                "GET HTTP/1.1~~",
                "get / HTTP/1.1~~",
                "G@T / HTTP/1.1~~",
                "GET / http/1.1~~",
                "GET / HTTP/1.11~~",
                "GET / HTTP/1,1~~",
                "\u0016\u0003\u0001\u0002",
                "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
            })
    void otherSpellingsOfARequestLineAreRefused(String bytes) {
        assertThatThrownBy(() -> scan(bytes)).hasMessage("MalformedRequestLine");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Host : a~~", // a blank before the colon
                " Host: a~~", // a line that begins with a blank
                "A: b~ folded~~",
                "A: b~\tfolded~~",
                "A: b\n~~",
                "A: b\nC: d~~",
                "A: b\rC: d~~",
                "A: b\0c~~",
                "A: \u007f~~",
                "A: \u000b~~",
                ": empty~~",
                "no colon~~",
                "A\u00e4: b~~",
                "A(: b~~",
                "~\n",
                "A: b~\rx"
            })
    void otherSpellingsOfAFieldAreRefused(String fields) {
        // the first three cases begin a field; the case "~\n" is an empty line that ends wrongly
        String bytes = fields.startsWith("~") ? "GET / HTTP/1.1~\rX" : "GET / HTTP/1.1~" + fields;
        assertThatThrownBy(() -> scan(bytes)).hasMessage("MalformedField");
    }

    @ParameterizedTest
    @CsvSource({"HTTP/1.0", "HTTP/2.0", "HTTP/3.1", "HTTP/0.9"})
    void otherVersionsAreRefusedAsSuch(String version) {
        assertThatThrownBy(() -> scan("GET / " + version + "~~")).hasMessage("VersionNotSupported");
    }

    @Test
    void aRequestLineIsBoundedToTheByte() throws Exception {
        String longest = "GET /" + "a".repeat(40 - "GET / HTTP/1.1".length()) + " HTTP/1.1";
        assertThat(longest).hasSize(40);
        assertThat(scan(longest + "~~")).isEqualTo(44);
        assertThatThrownBy(() -> scan("GET /" + "a".repeat(100))).hasMessage("TargetTooLong");
        assertThatThrownBy(() -> scan(longest.replace("GET", "POST") + "~~")).hasMessage("TargetTooLong");
    }

    @Test
    void fieldsAreBoundedInBytesAndNumber() throws Exception {
        assertThat(scan("GET / HTTP/1.1~A:~B:~C:~D:~~")).isPositive();
        assertThatThrownBy(() -> scan("GET / HTTP/1.1~A:~B:~C:~D:~E:~~")).hasMessage("FieldsTooLarge");
        assertThatThrownBy(() -> scan("GET / HTTP/1.1~A: " + "x".repeat(80))).hasMessage("FieldsTooLarge");
    }
}
