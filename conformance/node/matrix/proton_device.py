"""Qpid Proton as a device or module over AMQP."""
import json
import threading
import uuid
from concurrent.futures import Future

from proton import Message, SSLDomain, int32, symbol
from proton.handlers import MessagingHandler
from proton.reactor import ApplicationEvent, Container, EventInjector, LinkOption

from lines import Lines

SECONDS = 15


class Properties(LinkOption):
    def __init__(self, channel):
        self._properties = {
            symbol("com.microsoft:api-version"): "2021-04-12",
            symbol("com.microsoft:channel-correlation-id"): channel,
        }

    def apply(self, link):
        link.properties = self._properties


class Session(MessagingHandler):
    """Everything of Proton happens on the thread of the session's container; commands are events there."""

    def __init__(self, identity, tell):
        super().__init__(prefetch=10, auto_accept=False)
        self._identity = identity
        self._tell = tell
        self._address = "/devices/" + identity["path"]
        self._injector = EventInjector()
        self._opened = Future()
        self._links = {}
        self._attaching = {}
        self._sent = {}
        self._answers = {}
        self._on_message = {}
        self._seen = set()

    # commands, on threads of their own

    def open(self):
        self._container = Container(self)
        self._container.selectable(self._injector)
        threading.Thread(target=self._container.run, daemon=True).start()
        self._opened.result(SECONDS)
        if self._identity.get("token"):
            self._put_token()

    def _put_token(self):
        host = self._identity["hostName"]
        self._receiver("$cbs", None, self._answered)
        number = str(uuid.uuid4())
        answer = self._request("$cbs", None, number, Message(
            id=number, reply_to="$cbs", body=self._identity["token"],
            properties={"operation": "put-token", "type": "servicebus.windows.net:sastoken",
                        "name": "%s%s" % (host, self._address)}))
        if answer.properties["status-code"] != 200:
            raise ConnectionError("put-token was answered with %d" % answer.properties["status-code"])

    def send(self, text):
        self._send(self._address + "/messages/events", None, Message(body=text.encode(), inferred=True))

    def _twin(self, operation, resource, body):
        address = self._address + "/twin"
        channel = "twin:" + str(uuid.uuid4())
        if ("receiver", address) not in self._links:
            self._receiver(address, channel, self._twin_came)
        number = str(uuid.uuid4())
        annotations = {symbol("operation"): operation}
        if resource:
            annotations[symbol("resource")] = resource
        answer = self._request(address, channel, number, Message(
            correlation_id=number, body=body.encode(), inferred=True, annotations=annotations))
        status = (answer.annotations or {}).get("status", 200)
        if status >= 300:
            raise ValueError("%d: %s" % (status, text_of(answer)))
        return text_of(answer)

    def getTwin(self):
        return json.loads(self._twin("GET", None, " "))

    def report(self, patch):
        self._twin("PATCH", "/properties/reported", json.dumps(patch))

    def onDesired(self):
        self._twin("PUT", "/notifications/twin/properties/desired", " ")

    def onMethod(self, _):
        address, channel = self._address + "/methods/devicebound", "methods:" + str(uuid.uuid4())
        self._sender(address, channel)
        self._receiver(address, channel, self._called)

    def onMessage(self):
        address = self._address + "/messages/devicebound"
        if ("receiver", address) not in self._links:
            self._receiver(address, None, self._delivered)

    def close(self):
        self._do(lambda: self._connection.close())

    def _do(self, call):
        """Runs a call on the container's thread; what it returns is waited for when it is a future."""
        done = Future()
        self._injector.trigger(ApplicationEvent("command", subject=(call, done)))
        value = done.result(SECONDS)
        return value.result(SECONDS) if isinstance(value, Future) else value

    def _sender(self, address, channel):
        return self._attach("sender", address, lambda: self._container.create_sender(
            self._connection, address, options=[Properties(channel)] if channel else None))

    def _receiver(self, address, channel, on_message):
        self._on_message[address] = on_message
        return self._attach("receiver", address, lambda: self._container.create_receiver(
            self._connection, address, options=[Properties(channel)] if channel else None))

    def _attach(self, kind, address, create):
        if (kind, address) not in self._links:
            def attach():
                link = create()
                self._attaching[link.name] = attached = Future()
                return attached
            self._links[kind, address] = self._do(attach)
        return self._links[kind, address]

    def _send(self, address, channel, message):
        sender = self._sender(address, channel)

        def send():
            delivery = sender.send(message)
            self._sent[delivery.tag, sender.name] = sent = Future()
            return sent
        self._do(send)

    def _request(self, address, channel, number, message):
        self._answers[number] = answered = Future()
        self._send(address, channel, message)
        return answered.result(SECONDS)

    # events, on the container's thread

    def on_start(self, event):
        domain = SSLDomain(SSLDomain.MODE_CLIENT)
        domain.set_trusted_ca_db(self._identity["caFile"])
        domain.set_peer_authentication(SSLDomain.VERIFY_PEER_NAME)
        if self._identity.get("certFile"):
            domain.set_credentials(self._identity["certFile"], self._identity["keyFile"], None)
        self._connection = event.container.connect(
            "amqps://%s:5671" % self._identity["hostName"], ssl_domain=domain, sasl_enabled=False, reconnect=False)

    def on_command(self, event):
        call, done = event.subject
        try:
            done.set_result(call())
        except Exception as error:
            done.set_exception(error)

    def on_connection_opened(self, _):
        self._opened.set_result(None)

    def on_link_opened(self, event):
        # A refused attach is answered without an address, and the detach with its error follows.
        if (event.link.remote_target if event.link.is_sender else event.link.remote_source).address:
            attached = self._attaching.pop(event.link.name, None)
            if attached:
                attached.set_result(event.link)

    def on_link_error(self, event):
        condition = event.link.remote_condition
        attached = self._attaching.pop(event.link.name, None)
        if attached:
            attached.set_exception(ConnectionError("%s: %s" % (condition.name, condition.description)))
        elif condition.name == "amqp:link:stolen":
            self._tell("ended")

    def on_transport_error(self, event):
        if not self._opened.done():
            self._opened.set_exception(ConnectionError(str(event.transport.condition)))

    def on_disconnected(self, _):
        self._tell("ended")
        self._injector.close()

    def on_connection_closed(self, _):
        self._injector.close()

    def on_accepted(self, event):
        self._settled(event).set_result(None)

    def on_rejected(self, event):
        self._settled(event).set_exception(ValueError(str(event.delivery.remote.condition)))

    def _settled(self, event):
        return self._sent.pop((event.delivery.tag, event.link.name), Future())

    def on_message(self, event):
        self._on_message[event.receiver.source.address](event)

    def _answered(self, event):
        self.accept(event.delivery)
        self._answers.pop(event.message.correlation_id).set_result(event.message)

    def _twin_came(self, event):
        if event.message.correlation_id:
            self._answered(event)
        else:
            self.accept(event.delivery)
            self._tell("desired", json.loads(text_of(event.message)))

    def _called(self, event):
        self.accept(event.delivery)
        self._links["sender", event.receiver.source.address].send(Message(
            correlation_id=event.message.correlation_id, body=text_of(event.message).encode(), inferred=True,
            properties={"IoThub-status": int32(201)}))

    def _delivered(self, event):
        body = text_of(event.message)
        word = "complete" if body in self._seen else body.split(" ")[0]
        self._seen.add(body)
        settle = {"complete": self.accept, "reject": self.reject,
                  "abandon": lambda delivery: self.release(delivery, delivered=False)}
        settle[word](event.delivery)
        self._tell("message", body)


def text_of(message):
    return bytes(message.body or b"").decode()


Lines(Session).serve()
