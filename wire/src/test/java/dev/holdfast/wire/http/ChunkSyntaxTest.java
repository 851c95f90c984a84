package dev.holdfast.wire.http;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ChunkSyntaxTest {
    private static void follow(String bytes) throws RequestRefused {
        ByteBuf in = Unpooled.copiedBuffer(bytes.replace("~", "\r\n"), StandardCharsets.ISO_8859_1);
        new ChunkSyntax().follow(in, 0, in.readableBytes());
    }

    @ParameterizedTest
    @ValueSource(strings = {"0~~", "5~hello~0~~", "0a~0123456789~3~abc~0~~", "A~0123456789~", "00000001~x~0~~"})
    void plainChunksPass(String bytes) {
        assertThatCode(() -> follow(bytes)).doesNotThrowAnyException();
    }

    @Test
    void aBodyMayBeFollowedInPieces() throws Exception {
        ByteBuf in = Unpooled.copiedBuffer("b\r\nhello world\r\n0\r\n\r\n", StandardCharsets.ISO_8859_1);
        ChunkSyntax syntax = new ChunkSyntax();
        for (int i = 0; i < in.readableBytes(); i++) {
            syntax.follow(in, i, 1);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "5;a=b~hello~0~~",
                "5 ~hello~0~~",
                " 5~hello~0~~",
                "5\nhello\n0\n\n",
                "5\rhello",
                "+5~hello~0~~",
                "-1~",
                "0x5~hello~0~~",
                "~",
                "g~",
                "123456789~",
                "5~hello!~0~~",
                "5~hell~0~~",
                "0~Trailer: x~~",
                "0;a~~"
            })
    void everythingElseIsRefused(String bytes) {
        assertThatThrownBy(() -> follow(bytes)).hasMessage("MalformedChunk");
    }
}
