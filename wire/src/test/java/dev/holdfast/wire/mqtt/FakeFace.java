package dev.holdfast.wire.mqtt;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Claims everyone, answers as told, and keeps what it was given. */
final class FakeFace implements MqttFace, MqttSession {
    final List<MqttConnect> connects = Collections.synchronizedList(new ArrayList<>());
    final List<MqttPublish> published = Collections.synchronizedList(new ArrayList<>());
    final List<PublishReceipt> receipts = Collections.synchronizedList(new ArrayList<>());
    final List<String> log = Collections.synchronizedList(new ArrayList<>());
    final List<MqttEnd> ends = Collections.synchronizedList(new ArrayList<>());
    volatile MqttAnswer answer = new MqttAnswer.Accepted(this, false);
    volatile boolean claims = true;
    volatile boolean goOn = true;
    volatile boolean storeAtOnce;
    volatile @Nullable RuntimeException failure;
    volatile @Nullable MqttLink link;
    volatile Runnable whileJudging = () -> {};

    @Override
    public boolean claims(MqttConnect connect) {
        return claims;
    }

    @Override
    public MqttAnswer connect(MqttConnect connect, MqttLink opened) {
        connects.add(connect);
        link = opened;
        whileJudging.run();
        fail();
        return answer;
    }

    @Override
    public boolean publish(MqttPublish message, PublishReceipt receipt) {
        fail();
        published.add(message);
        receipts.add(receipt);
        if (storeAtOnce) {
            receipt.stored();
        }
        return goOn;
    }

    @Override
    public List<Grant> subscribe(List<MqttSubscription> filters) {
        fail();
        log.add("subscribe " + filters);
        return filters.stream()
                .map(asked -> asked.filter().startsWith("no")
                        ? Grant.REFUSED
                        : asked.qos() == 0 ? Grant.AT_MOST_ONCE : Grant.AT_LEAST_ONCE)
                .toList();
    }

    @Override
    public void unsubscribe(List<String> filters) {
        log.add("unsubscribe " + filters);
    }

    @Override
    public void ended(MqttEnd end) {
        ends.add(end);
    }

    MqttLink link() {
        MqttLink now = link;
        if (now == null) {
            throw new AssertionError("no CONNECT reached the face");
        }
        return now;
    }

    private void fail() {
        RuntimeException now = failure;
        if (now != null) {
            throw now;
        }
    }
}
