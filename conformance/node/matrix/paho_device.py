"""Paho as a device or module over MQTT and MQTT over WebSocket."""
import json
import re
import threading
import uuid

from paho.mqtt import client as paho

from lines import Lines

SECONDS = 15


class Session:
    def __init__(self, identity, tell):
        self._path = "devices/" + identity["path"]
        self._identity = identity
        self._tell = tell
        self._waiting = {}
        web_socket = identity["transport"] == "MQTT-WS"
        self._client = paho.Client(identity["clientId"], True, protocol=paho.MQTTv311,
                                   transport="websockets" if web_socket else "tcp")
        if web_socket:
            self._client.ws_set_options(path="/$iothub/websocket")
        self._client.tls_set(identity["caFile"], identity.get("certFile"), identity.get("keyFile"))
        self._client.username_pw_set("%s/%s/?api-version=2021-04-12" % (identity["hostName"], identity["clientId"]),
                                     identity.get("token"))
        self._client.on_connect = lambda _, __, ___, code: self._came("connect", code)
        self._client.on_subscribe = lambda _, __, mid, ___: self._came(("subscribed", mid), None)
        self._client.on_publish = lambda _, __, mid: self._came(("published", mid), None)
        self._client.on_disconnect = lambda _, __, code: self._tell("ended") if code else None
        self._client.on_message = self._message

    def _slot(self, key):
        return self._waiting.setdefault(key, [threading.Event(), None])

    def _came(self, key, value):
        slot = self._slot(key)
        slot[1] = value
        slot[0].set()

    def _wait(self, key):
        event, _ = self._slot(key)
        if not event.wait(SECONDS):
            raise TimeoutError("no answer: %s" % (key if isinstance(key, str) else key[0]))
        return self._waiting.pop(key)[1]

    def open(self):
        self._client.connect(self._identity["hostName"], 443 if self._identity["transport"] == "MQTT-WS" else 8883, keepalive=60)
        self._client.loop_start()
        code = self._wait("connect")
        if code:
            raise ConnectionError("refused with %d" % code)

    def _message(self, _, __, message):
        topic, body = message.topic, message.payload.decode()
        request = re.search(r"\$rid=([^&]*)", topic)
        if topic.startswith("$iothub/twin/res/"):
            self._came(("twin", request.group(1)), (int(topic.split("/")[3]), body))
        elif topic.startswith("$iothub/twin/PATCH/"):
            self._tell("desired", json.loads(body))
        elif topic.startswith("$iothub/methods/POST/"):
            self._client.publish("$iothub/methods/res/201/?$rid=" + request.group(1), body, 1)
        else:
            self._tell("message", body)

    def _subscribe(self, topic):
        self._wait(("subscribed", self._client.subscribe(topic, 1)[1]))

    def _ask(self, topic, body):
        self._subscribe("$iothub/twin/res/#")
        number = str(uuid.uuid4())
        self._client.publish("%s?$rid=%s" % (topic, number), body, 1)
        status, answer = self._wait(("twin", number))
        if status >= 300:
            raise ValueError("%d: %s" % (status, answer))
        return answer

    def send(self, text):
        self._wait(("published", self._client.publish(self._path + "/messages/events/", text, 1).mid))

    def getTwin(self):
        return json.loads(self._ask("$iothub/twin/GET/", ""))

    def report(self, patch):
        self._ask("$iothub/twin/PATCH/properties/reported/", json.dumps(patch))

    def onDesired(self):
        self._subscribe("$iothub/twin/PATCH/properties/desired/#")

    def onMethod(self, _):
        self._subscribe("$iothub/methods/POST/#")

    def onMessage(self):
        self._subscribe(self._path + "/messages/devicebound/#")

    def close(self):
        self._client.disconnect()
        self._client.loop_stop()


Lines(Session).serve()
