package dev.holdfast.hub.device.amqp;

import dev.holdfast.base.Commands;
import dev.holdfast.hub.amqp.Refusal;
import dev.holdfast.hub.link.LinkEnd;
import dev.holdfast.wire.amqp.AmqpError;

/** The hub ended the links of a device, as AMQP tells it. Unlike MQTT it can: the device proved who it is, so it is told why. */
record EndedLink(LinkEnd why, String device) implements Refusal {
    @Override
    public String reason() {
        return why.reason();
    }

    @Override
    public String explain(Commands commands) {
        return why.explain(commands, device);
    }

    @Override
    public Object details() {
        return why;
    }

    @Override
    public String condition() {
        return switch (why) {
            case LinkEnd.SupersededByNewConnection _ -> AmqpError.LINK_STOLEN;
            case LinkEnd.DeviceDisabled _,
                    LinkEnd.CredentialWithdrawn _,
                    LinkEnd.KeyReplaced _,
                    LinkEnd.PolicyWithdrawn _,
                    LinkEnd.AuthorityDeleted _,
                    LinkEnd.CertificateDenied _,
                    LinkEnd.NotStanding _,
                    LinkEnd.TokenExpired _,
                    LinkEnd.CredentialExpiredByRule _ -> AmqpError.UNAUTHORIZED_ACCESS;
            case LinkEnd.DeviceDeleted _, LinkEnd.ModuleDeleted _ -> AmqpError.NOT_FOUND;
            case LinkEnd.HubDeleted _ -> AmqpError.RESOURCE_DELETED;
            case LinkEnd.ServerStopping _ -> AmqpError.CONNECTION_FORCED;
            case LinkEnd.FaultInjected _ -> AmqpError.LINK_DETACH_FORCED;
        };
    }
}
