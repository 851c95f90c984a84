package dev.holdfast.hub.service.message;

import dev.holdfast.hub.amqp.Refusal;
import dev.holdfast.hub.command.MessageRefusal;
import dev.holdfast.hub.command.SendMessage;
import dev.holdfast.hub.command.SendResult;
import dev.holdfast.wire.Mailbox;
import dev.holdfast.wire.amqp.AmqpError;
import dev.holdfast.wire.amqp.IncomingLink;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A link on which a back end sends messages to devices: one after the other, each settled when it waits for its device on disk, or
 * rejected with the reason. Whether the back end still may is looked at for every message.
 */
public final class SendLink {
    /** Enough to keep the disk busy, and few enough to wait in memory. */
    private static final int CREDIT = 32;

    private static final Logger LOG = LoggerFactory.getLogger(SendLink.class);

    private final BackEnd backEnd;
    private final IncomingLink link;
    private final Mailbox mailbox;

    private SendLink(BackEnd backEnd, IncomingLink link) {
        this.backEnd = backEnd;
        this.link = link;
        this.mailbox = new Mailbox(backEnd.threads(), CREDIT, () -> {}, this::failed);
    }

    /** Opens a link, or refuses it. On the event loop. */
    public static void open(BackEnd backEnd, IncomingLink link) {
        Refusal fault = backEnd.fault();
        if (fault != null) {
            link.refuse(backEnd.errorOf(fault));
            return;
        }
        SendLink sending = new SendLink(backEnd, link);
        link.whenClosed(sending.mailbox::close);
        link.accept(CREDIT, backEnd.limits().amqp().messageMaxBytes(), sending::arrived);
    }

    private void failed(Throwable cause) {
        LOG.error("a message of hub '{}' could not be queued", backEnd.hub().name(), cause);
    }

    private void arrived(IncomingLink.Arrived arrived) {
        Refusal fault = backEnd.fault();
        if (fault != null) {
            link.detach(backEnd.errorOf(fault));
            return;
        }
        switch (MessageReader.read(arrived.encoded(), arrived.format(), backEnd::isOwnHost)) {
            case MessageReader.Read.Refused(var why) -> finish(arrived, why);
            case MessageReader.Read.Message(var request) -> {
                // There is room: no more come than credit was given.
                boolean _ = mailbox.put(() -> send(arrived, request));
            }
        }
    }

    /** In the mailbox. */
    private void send(IncomingLink.Arrived arrived, SendMessage request) {
        Refusal why = new ServiceLinkRefusal.MessageNotStored();
        try {
            why = switch (backEnd.hub().messages().send(request)) {
                case SendResult.Queued _ -> null;
                case SendResult.Refused(var refusal) -> new ServiceLinkRefusal.NotSent(refusal);
            };
        } finally {
            Refusal told = why;
            backEnd.connection().amqp().execute(() -> finish(arrived, told));
        }
    }

    private void finish(IncomingLink.Arrived arrived, @Nullable Refusal why) {
        if (why == null) {
            arrived.accept();
        } else {
            AmqpError error = backEnd.errorOf(why);
            boolean swallowed =
                    why instanceof ServiceLinkRefusal.NotSent(MessageRefusal.NotPassed(var held)) && held.isSwallowed();
            if (!swallowed) {
                arrived.reject(error);
            }
        }
        arrived.grant(1);
    }
}
