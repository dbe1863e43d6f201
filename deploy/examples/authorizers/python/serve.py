"""Serves the handlers of authorizer.py on this machine, each at a path of its name, as Lambda's Invoke answers."""
import json
import os
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import authorizer

HANDLERS = {f"/{handler.__name__}": handler for handler in (authorizer.token, authorizer.request, authorizer.http, authorizer.simple)}


class Invoke(BaseHTTPRequestHandler):
    def do_POST(self):
        event = self.rfile.read(int(self.headers["Content-Length"]))
        if self.path not in HANDLERS:
            return self.send_error(404)
        self.send_response(200)
        try:
            answer = HANDLERS[self.path](json.loads(event))
        except Exception as error:
            self.send_header("X-Amz-Function-Error", "Unhandled")
            answer = {"errorType": type(error).__name__, "errorMessage": str(error)}
        self.end_headers()
        self.wfile.write(json.dumps(answer).encode())

    def log_message(self, *_):
        pass


server = ThreadingHTTPServer(("127.0.0.1", int(os.environ.get("PORT", 9000))), Invoke)
print(f"http://127.0.0.1:{server.server_port}", flush=True)
server.serve_forever()
