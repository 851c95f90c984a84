package dev.holdfast.hub.service.http;

import dev.holdfast.hub.http.ServiceError;
import dev.holdfast.hub.http.ServiceFault;
import dev.holdfast.hub.identity.Companion;
import dev.holdfast.hub.identity.Identity;
import dev.holdfast.hub.identity.Precondition;
import dev.holdfast.hub.twin.TwinRequest;
import dev.holdfast.hub.twin.Twins;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** What the elements of a bulk call say of twins. */
final class BulkTwins {
    private BulkTwins() {}

    /** The change of an element that is about the twin alone; null when it is about the identity. */
    static @Nullable TwinRequest change(DeviceDocument item, Identity identity) throws ServiceFault {
        String mode = item.importMode() == null ? "" : item.importMode().toLowerCase(Locale.ROOT);
        return switch (mode) {
            case "updatetwin" -> merge(item, identity, new Precondition.Exists());
            case "updatetwinifmatchetag" -> {
                String etag = item.twinETag() == null ? item.eTag() : item.twinETag();
                if (etag == null) {
                    throw ServiceFault.of(
                            ServiceError.ARGUMENT_NULL, "This importMode needs the twinETag of the twin. Send it.");
                }
                yield merge(item, identity, Precondition.ifMatch(etag));
            }
            default -> null;
        };
    }

    private static TwinRequest merge(DeviceDocument item, Identity identity, Precondition precondition)
            throws ServiceFault {
        return new TwinRequest.Write(
                identity, precondition, SectionDocument.merge(item.tags()), SectionDocument.merge(item.desired()));
    }

    /** What goes with an identity that is to be made; null when its element says nothing of a twin. */
    static @Nullable Companion initial(DeviceDocument item, Twins twins) throws ServiceFault {
        if (!item.hasTwin()) {
            return null;
        }
        return switch (twins.initial(SectionDocument.content(item.tags()), SectionDocument.content(item.desired()))) {
            case Twins.Initial.Ready(var companion) -> companion;
            case Twins.Initial.Refused(var why) -> throw ServiceFault.of(why);
        };
    }

    /** What follows the update of an identity; null when its element says nothing of a twin. */
    static @Nullable TwinRequest replacement(DeviceDocument item, Identity identity) throws ServiceFault {
        return item.hasTwin()
                ? new TwinRequest.Write(
                        identity,
                        Precondition.ifMatch(item.twinETag()),
                        SectionDocument.replace(item.tags()),
                        SectionDocument.replace(item.desired()))
                : null;
    }
}
