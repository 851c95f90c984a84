package dev.holdfast.hub.service.http;

import dev.holdfast.hub.http.ServiceFault;
import dev.holdfast.hub.twin.SectionChange;
import dev.holdfast.hub.twin.TwinContent;
import dev.holdfast.hub.twin.TwinReader;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonParser;
import tools.jackson.databind.DeserializationContext;
import tools.jackson.databind.ValueDeserializer;
import tools.jackson.databind.annotation.JsonDeserialize;

/**
 * Tags or properties as clients write them: what was read of them, or why it was refused. Null where the member is absent.
 *
 * @param read null when the client wrote {@code null}, which removes all
 */
@JsonDeserialize(using = SectionDocument.Deserializer.class)
record SectionDocument(TwinReader.@Nullable Read read) {
    /** Hands the tokens to the reader that {@link JsonBody} was given: no tree is built of what a twin may not have. */
    static final class Deserializer extends ValueDeserializer<SectionDocument> {
        @Override
        public SectionDocument deserialize(JsonParser in, DeserializationContext context) {
            TwinReader reader = (TwinReader) context.getAttribute(TwinReader.class);
            return new SectionDocument(reader.read(in));
        }

        @Override
        public SectionDocument getNullValue(DeserializationContext context) {
            return new SectionDocument(null);
        }

        @Override
        public @Nullable Object getAbsentValue(DeserializationContext context) {
            return null;
        }
    }

    /** What is to be in a twin; null for nothing. */
    private @Nullable TwinContent content() throws ServiceFault {
        return switch (read) {
            case null -> null;
            case TwinReader.Read.Content(var content) -> content;
            case TwinReader.Read.Refused(var why) -> throw ServiceFault.of(why);
        };
    }

    static @Nullable TwinContent content(@Nullable SectionDocument document) throws ServiceFault {
        return document == null ? null : document.content();
    }

    /** Null when the document leaves the section as it is. */
    static @Nullable SectionChange merge(@Nullable SectionDocument document) throws ServiceFault {
        if (document == null) {
            return null;
        }
        TwinContent content = document.content();
        return content == null ? SectionChange.clear() : new SectionChange.Merge(content);
    }

    /** As {@link #merge}, with nothing left of what was. */
    static @Nullable SectionChange replace(@Nullable SectionDocument document) throws ServiceFault {
        if (document == null) {
            return null;
        }
        TwinContent content = document.content();
        return content == null ? SectionChange.clear() : new SectionChange.Replace(content);
    }
}
