package dev.holdfast.server;

import dev.holdfast.base.Limits;
import dev.holdfast.server.setting.Kind;
import dev.holdfast.server.setting.Setting;
import dev.holdfast.server.setting.Values;
import java.time.Duration;
import java.util.List;

/** The settings of what hubs say to devices: twins, direct methods, cloud-to-device messages. What is Azure's can be lowered, or raised within reason. */
final class CommandSettings {
    private static final int KB = 1024;
    private static final Limits.Twin TWIN = Limits.defaults().twin();
    private static final Limits.Method METHOD = Limits.defaults().method();
    private static final Limits.Message MESSAGE = Limits.defaults().message();

    private static final Setting<Integer> TAGS_MAX = Setting.of(
            "twins.tagsMaxBytes", Kind.size(KB, TWIN.tagsMaxBytes()), TWIN.tagsMaxBytes(), "The tags of a twin.");
    private static final Setting<Integer> DESIRED_MAX = Setting.of(
            "twins.desiredMaxBytes",
            Kind.size(KB, TWIN.desiredMaxBytes()),
            TWIN.desiredMaxBytes(),
            "The desired properties of a twin.");
    private static final Setting<Integer> REPORTED_MAX = Setting.of(
            "twins.reportedMaxBytes",
            Kind.size(KB, TWIN.reportedMaxBytes()),
            TWIN.reportedMaxBytes(),
            "The reported properties of a twin.");
    private static final Setting<Integer> METHODS_OPEN_MAX = Setting.of(
            "methods.openMax", Kind.number(1, 100_000), METHOD.openMax(), "Direct methods of one hub that wait.");
    private static final Setting<Integer> METHODS_PER_DEVICE_MAX = Setting.of(
            "methods.perDeviceMax",
            Kind.number(1, 1000),
            METHOD.openPerDeviceMax(),
            "Of these, to one device or module.");
    private static final Setting<Duration> RESPONSE_TIME = Setting.of(
            "methods.responseTime",
            Kind.duration(METHOD.responseMinTime(), METHOD.responseMaxTime()),
            METHOD.responseTime(),
            "How long a method waits for its answer when the caller says nothing.");
    private static final Setting<Integer> MESSAGES_PER_DEVICE_MAX = Setting.of(
            "messages.perDeviceMax",
            Kind.number(1, 1000),
            MESSAGE.perDeviceMax(),
            "Cloud-to-device messages that wait for one device or module.");
    private static final Setting<Integer> MESSAGES_PER_HUB_MAX = Setting.of(
            "messages.perHubMax",
            Kind.number(1, 10_000_000),
            MESSAGE.perHubMax(),
            "Cloud-to-device messages that wait in one hub.");
    private static final Setting<Integer> ABANDONED_MAX = Setting.of(
            "messages.abandonedMax",
            Kind.number(1, 100),
            MESSAGE.abandonedMax(),
            "How often a device may give a message back before it is dropped.");
    private static final Setting<Duration> EXPIRY_TIME = Setting.of(
            "messages.expiryTime",
            Kind.duration(Duration.ofMinutes(1), MESSAGE.expiryMaxTime()),
            MESSAGE.expiryTime(),
            "How long a message waits when its sender says nothing.");
    private static final Setting<Duration> LOCK_TIME = Setting.of(
            "messages.lockTime",
            Kind.duration(MESSAGE.lockMinTime(), MESSAGE.lockMaxTime()),
            MESSAGE.lockTime(),
            "How long a device may hold a message over AMQP, or over HTTPS when it says nothing.");
    private static final Setting<Duration> FEEDBACK_KEPT_TIME = Setting.of(
            "messages.feedbackKeptTime",
            Kind.duration(Duration.ofMinutes(1), Duration.ofDays(2)),
            MESSAGE.feedback().keptTime(),
            "How long feedback waits for a receiver.");

    private CommandSettings() {}

    static List<Setting<?>> all() {
        return List.of(
                TAGS_MAX,
                DESIRED_MAX,
                REPORTED_MAX,
                METHODS_OPEN_MAX,
                METHODS_PER_DEVICE_MAX,
                RESPONSE_TIME,
                MESSAGES_PER_DEVICE_MAX,
                MESSAGES_PER_HUB_MAX,
                ABANDONED_MAX,
                EXPIRY_TIME,
                LOCK_TIME,
                FEEDBACK_KEPT_TIME);
    }

    static Limits.Twin twin(Values values) {
        return new Limits.Twin(
                values.get(TAGS_MAX),
                values.get(DESIRED_MAX),
                values.get(REPORTED_MAX),
                TWIN.keyMaxBytes(),
                TWIN.valueMaxBytes(),
                TWIN.depthMax(),
                TWIN.requestMaxBytes(),
                TWIN.workingMax());
    }

    static Limits.Method method(Values values) {
        return new Limits.Method(
                METHOD.payloadMaxBytes(),
                METHOD.nameMaxChars(),
                METHOD.depthMax(),
                values.get(METHODS_OPEN_MAX),
                values.get(METHODS_PER_DEVICE_MAX),
                METHOD.openPerDeviceMaxBytes(),
                METHOD.connectMaxTime(),
                METHOD.responseMinTime(),
                METHOD.responseMaxTime(),
                values.get(RESPONSE_TIME));
    }

    static Limits.Message message(Values values) {
        Limits.Feedback feedback = MESSAGE.feedback();
        return new Limits.Message(
                MESSAGE.maxBytes(),
                MESSAGE.propertiesMax(),
                values.get(MESSAGES_PER_DEVICE_MAX),
                values.get(MESSAGES_PER_HUB_MAX),
                values.get(ABANDONED_MAX),
                values.get(EXPIRY_TIME),
                MESSAGE.expiryMaxTime(),
                values.get(LOCK_TIME),
                MESSAGE.lockMinTime(),
                MESSAGE.lockMaxTime(),
                MESSAGE.inFlightMax(),
                MESSAGE.lookEvery(),
                new Limits.Feedback(
                        feedback.batchMax(),
                        feedback.batchTime(),
                        values.get(FEEDBACK_KEPT_TIME),
                        feedback.lockTime(),
                        feedback.abandonedMax(),
                        feedback.recordsMax(),
                        feedback.batchesHeldMax()));
    }
}
