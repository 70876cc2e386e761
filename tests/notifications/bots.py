"""A chat program for tests: a real server on this machine that keeps what it was sent and answers as it is told."""

import json
import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

OK = {"errcode": 0, "errmsg": "ok"}


class Bot:
    """`received` holds (path, body) of each request; `answers` are given one after the other, then OK for ever."""

    def __init__(self, port):
        self.url = f"http://127.0.0.1:{port}/robot/send?access_token=abc"
        self.received = []
        self.answers = []

    @property
    def texts(self):
        return [body.get("text", body.get("content", {})) for _path, body in self.received]


class _Handler(BaseHTTPRequestHandler):
    def do_POST(self):
        bot = self.server.bot
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        bot.received.append((self.path, body))
        status, answer, headers = bot.answers.pop(0) if bot.answers else (200, OK, {})
        data = answer if isinstance(answer, bytes) else json.dumps(answer).encode()
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def do_GET(self):
        self.server.bot.received.append((self.path, "GET"))
        self.send_error(500)

    def log_message(self, *args):
        """Silence."""


@contextmanager
def listening():
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
    server.daemon_threads = True
    server.bot = Bot(server.server_port)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield server.bot
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
