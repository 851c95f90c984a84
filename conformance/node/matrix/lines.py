"""What the clients of the matrix in Python share: commands and answers as lines of JSON, as program.js says."""
import json
import sys
import threading


class Lines:
    """Serves sessions of one class, each command on a thread of its own."""

    def __init__(self, session_class):
        self._session_class = session_class
        self._sessions = {}
        self._lock = threading.Lock()

    def serve(self):
        for line in sys.stdin:
            threading.Thread(target=self._run, args=(json.loads(line),), daemon=True).start()

    def _run(self, command):
        try:
            self._write({"id": command["id"], "value": self._done(command)})
        except Exception as error:  # whatever it is, the matrix shows it
            self._write({"id": command["id"], "error": "%s: %s" % (type(error).__name__, error)})

    def _done(self, command):
        number, argument = command["session"], command.get("with")
        if command["do"] == "open":
            tell = lambda event, value=None: self._write({"session": number, "event": event, "value": value})
            self._sessions[number] = self._session_class(argument, tell)
            return self._sessions[number].open()
        method = getattr(self._sessions[number], command["do"])
        return method() if argument is None else method(argument)

    def _write(self, value):
        with self._lock:
            print(json.dumps(value), flush=True)
